export const manifestsErrorCodes = [
  'BadFolder',
  'BadYaml',
  'BadKustomization',
  'UnsupportedKustomization',
  'BadSource',
  'UnsupportedTemplate',
  'BadValues',
] as const;
export type ManifestsErrorCode = (typeof manifestsErrorCodes)[number];

/** Something of `deploy/`, or of what it is made from, that is not as it must be. */
export class ManifestsError extends Error {
  override readonly name = 'ManifestsError';
  readonly code: ManifestsErrorCode;
  readonly hint: string | undefined;

  constructor(code: ManifestsErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
