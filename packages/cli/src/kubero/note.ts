/**
 * What a person has to know of an import: `left` has no equivalent, `refused` could not be read or taken over, `rotate` is a secret that
 * stood in plain text. No note holds a value of a file.
 */
export interface ImportNote {
  kind: 'left' | 'refused' | 'rotate';
  /** `KuberoApp shop (apps.yaml, document 2)`. */
  where: string;
  message: string;
}

/** Notes on one object. */
export interface Notes {
  left(message: string): void;
  refused(message: string): void;
  rotate(message: string): void;
}

export function notesOn(where: string, list: ImportNote[]): Notes {
  const add = (kind: ImportNote['kind']) => (message: string) => void list.push({ kind, where, message });
  return { left: add('left'), refused: add('refused'), rotate: add('rotate') };
}
