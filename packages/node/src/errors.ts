/** Codes of what can go wrong on the node before or beside a container's own failure. */
export type NodeErrorCode =
  | 'InvalidImageCatalogue'
  | 'ImageNotAvailable'
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'FailedMount'
  | 'PodNetworkUnavailable'
  | 'StartError';

/** A failure that a person can act on. `code` is also the reason shown in a container's waiting state. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(
      options.hint ? `${message} — ${options.hint}` : message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`, `ESRCH` …), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
