import { StatusError } from '@serval/kube/objects';

type OutputShape = 'Object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** How a client wants objects answered. */
export interface Output {
  shape: OutputShape;
  /** `v1` or `v1beta1` of meta.k8s.io; for shapes other than Object. */
  version: string;
}

export interface MediaRange {
  type: string;
  parameters: Record<string, string>;
}

const plain: Output = { shape: 'Object', version: 'v1' };

export function parseAccept(accept: string | undefined): MediaRange[] {
  if (!accept) return [];
  const ranges = accept.split(',').map((part) => {
    const [type = '', ...pairs] = part.split(';').map((piece) => piece.trim());
    const parameters: Record<string, string> = {};
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      if (equals > 0) parameters[pair.slice(0, equals)] = pair.slice(equals + 1);
    }
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (range: MediaRange) => Number(range.parameters['q'] ?? 1);
  return ranges.filter((range) => range.type !== '' && quality(range) > 0).sort((a, b) => quality(b) - quality(a));
}

export function isJson(range: MediaRange): boolean {
  return range.type === 'application/json' || range.type === '*/*' || range.type === 'application/*';
}

/** The first range that can be served. Throws NotAcceptable when there is none. */
export function negotiateOutput(accept: string | undefined): Output {
  const ranges = parseAccept(accept);
  if (ranges.length === 0) return plain;
  for (const range of ranges) {
    if (!isJson(range)) continue;
    const { as, g, v } = range.parameters;
    if (!as) return plain;
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { shape: as, version: v };
    }
  }
  throw new StatusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;as=Table, application/json;as=PartialObjectMetadata',
  );
}
