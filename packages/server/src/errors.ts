/** Why a model cannot be served; the message is one sentence that stands alone. */
export type ModelErrorCode =
  | 'ModelFileNotFound'
  | 'ModelFileAmbiguous'
  | 'ModelFormatUnknown'
  | 'ModelUnsupported'
  | 'ModelInvalid';

export class ModelError extends Error {
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModelError';
    this.code = code;
  }
}

/** A request that finds the server unable to answer it now; the client may try again. */
export class UnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnavailableError';
  }
}
