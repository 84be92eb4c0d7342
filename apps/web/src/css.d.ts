declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  // eslint-disable-next-line no-restricted-syntax -- how esbuild gives the names of classes
  export default classes;
}
declare module '*.css';
