/** A request that does not fit the wire format or the model. The message says where, what came and what was expected. */
export class ProtocolError extends Error {
  readonly code = 'InvalidRequest';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtocolError';
  }
}

const SHOWN_CHARACTERS = 60;

/** A value as it is shown in an error: its JSON, shortened; the kind and length alone of lists and objects. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
