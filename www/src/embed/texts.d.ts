/** The few texts that are needed before a locale is loaded; made by `vite.config.ts` from the locales' files. */
declare module 'virtual:texts/*' {
  const texts: Record<string, Record<string, string>>
  export default texts
}
