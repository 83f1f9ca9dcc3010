import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSchemaOf, type KindVersion, kindOf } from '@serval/api';
import type { AnyObject, Json, JsonObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { generateSchemas, schemaCatalogue } from '@serval/manifests';
import fc from 'fast-check';
import { goodFolder } from '../validate/corpus.ts';
import { readManifests } from './read-manifests.ts';
import { judgeBy, structuralErrors } from './verdicts.ts';

const files = generateSchemas();
const judges = new Map(
  schemaCatalogue().flatMap(({ kind, path }) => (kind ? [[kind, judgeBy(files.get(path) ?? '')] as const] : [])),
);
const good = (await readManifests(goodFolder)).flatMap(({ objects = [] }) =>
  objects.flatMap((object): [KindVersion, AnyObject][] => {
    const kind = kindOf(object.apiVersion, object.kind);
    return kind ? [[kind, object]] : [];
  }),
);

/** What is put where something else stood, or where nothing did. */
const anything = fc.constantFrom<Json>(
  null,
  '',
  'x',
  '2Gi',
  '5x',
  '{{ .Name }}',
  true,
  0,
  -1,
  1.5,
  2 ** 40,
  [],
  [null],
  {},
  {
    x: 1,
  },
);
const edit = fc.record({ where: fc.nat(), what: fc.option(anything, { nil: undefined }), field: fc.nat() });

test('objects of any shape get the same verdict as from the check of fields that webhooks make', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 2 }), (nth, edits) => {
      const [kind, object] = good[nth % good.length] as [KindVersion, AnyObject];
      const edited = structuredClone(object);
      for (const one of edits) change(edited, kind, one);
      const errors = structuralErrors(kind, edited).filter((error) => !isBeyond(kind, error));
      const found = judges.get(kind)?.(edited) ?? [];
      assert.equal(found.length > 0, errors.length > 0, JSON.stringify({ edited, errors, found }, null, 1));
    }),
    { numRuns: 3_000 },
  );
});

/** Errors that draft 7 cannot tell, or that are about what the kind fills in. */
function isBeyond({ filledIn = [] }: KindVersion, { path, reason, message }: FieldError): boolean {
  if (reason === 'FieldValueDuplicate') return true;
  if (reason === 'FieldValueNotSupported') return message.includes('{{');
  return reason === 'FieldValueRequired' && filledIn.includes(path.replaceAll(/\[\d+\]/g, ''));
}

/** Replaces, removes or adds one thing below `spec`. */
function change(
  object: AnyObject,
  kind: KindVersion,
  { where, what, field }: { where: number; what: Json | undefined; field: number },
) {
  const places = placesIn(object['spec'] as Json);
  const place = places[where % places.length];
  if (!place) return;
  if (Array.isArray(place)) {
    if (what === undefined) place.pop();
    else place[field % (place.length + 1)] = structuredClone(what);
    return;
  }
  const names = [
    ...Object.keys(place),
    ...Object.keys(checkSchemaOf(kind).properties?.['spec']?.properties ?? {}),
    'zzz',
  ];
  const name = names[field % names.length] as string;
  if (what === undefined) delete place[name];
  else place[name] = structuredClone(what);
}

/** All objects and lists in a value, itself included. */
function placesIn(value: Json | undefined): (JsonObject | Json[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(placesIn)];
}
