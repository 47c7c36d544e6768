/** HTML that puts a run into another page; `site` is the address of this one and ends in a slash. */

/** The element, with a link inside for where no script runs. One line: Markdown passes it on as it is. */
export function elementSnippet(site: string, link: string, title: string): string {
  const address = escaped(site + link)
  const script = `<script type="module" src="${escaped(`${site}heart-race.js`)}"></script>`
  return `${script}<heart-race src="${address}"><a href="${address}">${escaped(title)}</a></heart-race>`
}

/** A frame, for places that take no scripts. It may run scripts of its own and open the whole page, and nothing else. */
export function frameSnippet(site: string, link: string, title: string): string {
  const sandbox = 'allow-scripts allow-popups allow-popups-to-escape-sandbox'
  const src = escaped(`${site}embed.html${link}`)
  return `<iframe src="${src}" title="${escaped(title)}" sandbox="${sandbox}" loading="lazy" width="100%" height="440"></iframe>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
