import type { FieldError } from '@serval/kube/schema';

/** Gathers every finding of a validation, so that all of them come back in one answer. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  required(path: string, message: string): void {
    this.list.push({ path, reason: 'FieldValueRequired', message });
  }
  invalid(path: string, message: string): void {
    this.list.push({ path, reason: 'FieldValueInvalid', message });
  }
  unsupported(path: string, value: string, supported: readonly string[]): void {
    this.list.push({
      path,
      reason: 'FieldValueNotSupported',
      message: `must be one of ${supported.join(', ')}; got ${JSON.stringify(value)}`,
    });
  }
  forbidden(path: string, message: string): void {
    this.list.push({ path, reason: 'FieldValueForbidden', message });
  }
  duplicate(path: string, message: string): void {
    this.list.push({ path, reason: 'FieldValueDuplicate', message });
  }
}
