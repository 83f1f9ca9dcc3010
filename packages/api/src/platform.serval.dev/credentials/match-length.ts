export function checkLength(match: string, maxLength: number): string | undefined {
  if (match === '') return 'must not be empty';
  return match.length > maxLength ? `must have at most ${maxLength} characters; it has ${match.length}` : undefined;
}
