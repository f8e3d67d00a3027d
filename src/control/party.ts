/** Who uses keys and mouse, as far as taking turns is concerned. */
export interface Party {
  /** People go before tokens: what a script does can wait, what a person sees must not jump. */
  readonly kind: "person" | "token";
  /** The same for what the same client sends, and of nobody else. */
  readonly key: string;
  /** For people to read. */
  readonly name: string;
}
