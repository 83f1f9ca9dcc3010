export type EngineErrorCode = 'DataDirectoryUnwritable' | 'DataDirectoryInUse' | 'PortTaken' | 'StoreCorrupt';

/** Why an engine cannot start. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly hint: string | undefined;

  constructor(code: EngineErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
