const cliErrorCodes = [
  'BadUsage',
  'BadManifest',
  'NoKubeconfig',
  'PortTaken',
  'AlreadyRunning',
  'AlreadyExists',
  'NotRunning',
  'DataDirectory',
  'UnknownKind',
  'NotReady',
  'PredictionFailed',
  'PredictionWrong',
  'TimedOut',
  'GatewayFailed',
] as const;
export type CliErrorCode = (typeof cliErrorCodes)[number];

/** A failure that the person at the terminal can act on. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(code: CliErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** One sentence, with the hint on a line of its own. A cause is told only where the message does not hold it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? error.cause : undefined;
  const lines = [cause ? `${error.message}: ${cause.message}` : error.message];
  const hint = (error as { hint?: unknown }).hint;
  if (typeof hint === 'string') lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}
