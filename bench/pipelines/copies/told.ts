/** What a program that writes copies tells when all are as their source, of what it did since it told last. */
export interface CopiesTold {
  readonly writes: number;
  /** User and system time. */
  readonly cpuSeconds: number;
  /** Resident memory. */
  readonly rssMiB: number;
}

/** Of every copy. */
export const copyLabel = 'bench.serval.dev/copy';
