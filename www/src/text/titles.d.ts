/** The titles of all scenarios in one language; made by `vite.config.ts` from the locales' files. */
declare module 'virtual:titles/*' {
  const titles: Record<string, string>
  export default titles
}
