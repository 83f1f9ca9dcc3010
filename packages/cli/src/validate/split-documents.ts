export interface DocumentText {
  text: string;
  /** Of the text in its file, from 1. */
  firstLine: number;
}

/**
 * The documents of a YAML stream, so that one that cannot be read does not hide the others. A line that starts with `---` is
 * a boundary wherever it stands (YAML 1.2, c-forbidden). Directives stay with the document that they are for; what holds
 * nothing but comments is left out.
 */
export function splitDocuments(stream: string): DocumentText[] {
  const documents: DocumentText[] = [];
  const text = stream.startsWith('\uFEFF') ? stream.slice(1) : stream;
  let start = 0;
  let line = 1;
  const end = (at: number): void => {
    const part = text.slice(start, at);
    if (/^%/m.test(part) && !/^[^%#\s]/m.test(part)) return;
    if (/^[^\S\r\n]*[^#\s]/m.test(part.replace(/^---/, ''))) documents.push({ text: part, firstLine: line });
    line += part.split('\n').length - 1;
    start = at;
  };
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) if (index > 0) end(index);
  end(text.length);
  return documents;
}
