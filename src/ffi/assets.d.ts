/** Files that the bundler carries inside the binary: importing one gives its path. */
declare module "*.so" {
  const path: string;

  export default path;
}
