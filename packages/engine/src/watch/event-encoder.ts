import type { AnyObject, WatchEvent } from '@serval/kube/objects';

/**
 * Lines that are kept for further watchers; those of one kind read an event at nearly the same time. Each line keeps its object,
 * which takes about twice as much again, and all of it stays until further events come.
 */
const keptBytes = 1024 * 1024;

/** The bytes of one event as a line. `shape` names the form, `shaped` makes it from the event's object. */
export type EncodeEvent = (event: WatchEvent, shape: string, shaped: (object: AnyObject) => unknown) => Uint8Array;

/** Encodes watch events; what several watchers get in the same form is encoded once, and they share the bytes. */
export function createEventEncoder(): EncodeEvent {
  const lines = new Map<AnyObject, Map<string, Uint8Array>>();
  let bytes = 0;

  function keep(object: AnyObject, id: string, line: Uint8Array): void {
    bytes += line.byteLength;
    const kept = lines.get(object);
    if (kept) kept.set(id, line);
    else lines.set(object, new Map([[id, line]]));
    for (const [oldest, forms] of lines) {
      // The newest is shared whatever its size.
      if (bytes <= keptBytes || oldest === object) return;
      for (const form of forms.values()) bytes -= form.byteLength;
      lines.delete(oldest);
    }
  }

  return ({ type, object }, shape, shaped) => {
    const id = `${type} ${shape}`;
    const kept = lines.get(object)?.get(id);
    if (kept) return kept;
    const line = encodeAlone(`{"type":"${type}","object":${JSON.stringify(shaped(object))}}\n`);
    keep(object, id, line);
    return line;
  };
}

/** In memory of its own: `Buffer.from` cuts from a pool of 64 KiB, the whole of which a kept line would hold. */
function encodeAlone(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
