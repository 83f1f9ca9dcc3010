import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** Answers of a person, line by line; one reader for all questions of a command. Whoever says nothing says no. */
export function answersFrom(stdin: AsyncIterable<Uint8Array>): () => Promise<boolean> {
  const lines = linesOf(stdin);
  return async () => {
    const { value } = await lines.next();
    return /^y(es)?$/i.test(String(value ?? '').trim());
  };
}

async function* linesOf(stdin: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  yield* createInterface({ input: Readable.from(stdin) });
}
