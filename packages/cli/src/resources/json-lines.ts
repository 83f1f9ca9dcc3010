/** The JSON documents of a stream that separates them by newlines, as a watch does. Bounded by `maxLineBytes`. */
export async function* jsonLines<T>(
  body: AsyncIterable<Uint8Array>,
  maxLineBytes = 16 * 1024 * 1024,
): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > maxLineBytes) throw new Error(`a line of the watch exceeds ${maxLineBytes} bytes`);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
}
