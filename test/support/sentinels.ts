import { gunzipSync } from 'node:zlib';

/**
 * Texts that must be found nowhere, in every form in which they may be: as they are, in base64 (of any alignment, as a part of
 * something larger), twice in base64, in URLs, in JSON, and in JSON in base64.
 */
export interface Sentinels {
  /** Names of the sentinels that a text holds, each with the form in which it does. */
  in(text: string): string[];
}

/** Shorter parts of base64 would be found by chance. */
const shortestPart = 8;

export function createSentinels(values: Readonly<Record<string, string>>): Sentinels {
  const needles = Object.entries(values).flatMap(([name, value]) =>
    [...formsOf(value)].map(([form, needle]) => ({ name: `${name} (${form})`, needle })),
  );
  return {
    in(text) {
      const folded = text.replaceAll(/%[0-9a-f]{2}/gi, (escaped) => escaped.toUpperCase());
      return needles.filter(({ needle }) => folded.includes(needle)).map(({ name }) => name);
    },
  };
}

function formsOf(value: string): Map<string, string> {
  const json = JSON.stringify(value).slice(1, -1);
  const plain = [
    ['plain', value],
    ['json', json],
    ['json in json', JSON.stringify(json).slice(1, -1)],
    ['url', encodeURIComponent(value)],
    ['form', new URLSearchParams([['', value]]).toString().slice(1)],
  ] as const;
  const forms = new Map<string, string>(plain);
  for (const [form, text] of plain) {
    for (let shift = 0; shift < 3; shift += 1) {
      const part = alignedBase64(text, shift);
      if (part.length < shortestPart) continue;
      forms.set(`base64 of ${form} +${shift}`, part);
      forms.set(`base64url of ${form} +${shift}`, part.replaceAll('+', '-').replaceAll('/', '_'));
      for (let again = 0; again < 3; again += 1) {
        const twice = alignedBase64(part, again);
        if (twice.length >= shortestPart) forms.set(`base64 of base64 of ${form} +${shift} +${again}`, twice);
      }
    }
  }
  return forms;
}

/** What base64 has of a text that stands `shift` bytes after a boundary of three, without the characters that its neighbours share. */
function alignedBase64(text: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
  return whole.slice(shift === 0 ? 0 : 4);
}

/** The files of a tar archive, unpacked, as one text. */
export function textOfArchive(archive: Buffer): string {
  return gunzipSync(archive).toString('utf8');
}
