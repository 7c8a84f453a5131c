declare module 'virtual:manifest' {
  const manifest: unknown;
  export default manifest;
}
