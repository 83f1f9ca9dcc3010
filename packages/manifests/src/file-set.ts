/** Files by their path below `deploy/`, with `/` between folders. */
export type FileSet = ReadonlyMap<string, string>;
