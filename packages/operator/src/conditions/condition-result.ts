/** A condition without its type, generation and time. */
export interface ConditionResult {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}
