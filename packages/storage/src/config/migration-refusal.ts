import type { MigrationRefusal } from './migrate.ts';

/** Ends the work on one entry, which then stays as it is. Its message becomes the remark's. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: MigrationRefusal;
  readonly field: string | undefined;
  readonly hint: string;

  constructor(code: MigrationRefusal, field: string | undefined, message: string, hint: string) {
    super(message);
    this.code = code;
    this.field = field;
    this.hint = hint;
  }
}
