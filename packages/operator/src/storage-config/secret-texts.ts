import type { Secret } from '@serval/kube/objects';

/** What a Secret holds, as texts. */
export function secretTexts({ data = {}, stringData = {} }: Secret): Record<string, string> {
  const decoded = Object.entries(data).map(([key, value]) => [
    key,
    Buffer.from(value ?? '', 'base64').toString('utf8'),
  ]);
  return { ...Object.fromEntries(decoded), ...stringData };
}
