/** Files that the bundler carries inside the binary, imported with `type: "text"`. */
declare module "*.toml" {
  const text: string;
  export default text;
}

declare module "*.txt" {
  const text: string;
  export default text;
}

declare module "*.assets" {
  const text: string;
  export default text;
}
