/** The folder of the Rust files that the page shows; its name carries a hash of them. Made by `vite.config.ts`. */
declare module 'virtual:sources' {
  const folder: string
  export default folder
}
