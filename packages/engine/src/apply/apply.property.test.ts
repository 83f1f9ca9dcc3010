import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyObject, deepEqual, isStatusError } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import fc from 'fast-check';
import { applyServerSide } from './apply.ts';
import { trackUpdate } from './track-update.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        args: { type: 'array', items: { type: 'string' } },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } },
        },
      },
    },
  },
};

const name = fc.constantFrom('a', 'b', 'c', 'd');
const options = { noNullPrototype: true, requiredKeys: [] as never[] };
const spec = fc.record(
  {
    size: fc.nat(3),
    labels: fc.dictionary(name, name, { maxKeys: 3, noNullPrototype: true }),
    tags: fc.uniqueArray(name, { maxLength: 4 }),
    args: fc.array(name, { maxLength: 3 }),
    whole: fc.dictionary(name, name, { maxKeys: 2, noNullPrototype: true }),
    ports: fc
      .uniqueArray(name, { maxLength: 4 })
      .chain((names) =>
        fc.tuple(
          ...names.map((key) =>
            fc.record({ name: fc.constant(key), port: fc.nat(2) }, { noNullPrototype: true, requiredKeys: ['name'] }),
          ),
        ),
      ),
  },
  options,
);
const make = (content: object): AnyObject => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: content });
const apply = (live: AnyObject | undefined, content: object, manager: string, force = true) =>
  applyServerSide({ live, applied: make(content), manager, apiVersion: 'v1', schema, force, now: 't' }).object;
const update = (old: AnyObject, content: object, manager: string): AnyObject => {
  const next = { ...old, spec: content };
  const managedFields = trackUpdate({ old, new: next, manager, apiVersion: 'v1', schema, now: 't' });
  const { managedFields: _, ...metadata } = next.metadata;
  return { ...next, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } };
};

test('property: an apply repeated changes nothing, whatever went before', () => {
  fc.assert(
    fc.property(spec, spec, spec, (first, second, third) => {
      const live = update(apply(undefined, first, 'a'), second, 'b');
      const once = apply(live, third, 'a');
      assert.deepEqual(apply(once, third, 'a', false), once);
    }),
  );
});

test('property: what is applied is there afterwards', () => {
  fc.assert(
    fc.property(spec, spec, (first, second) => {
      const object = apply(apply(undefined, first, 'a'), second, 'b')['spec'] as Record<string, unknown>;
      const wanted = second as Record<string, unknown>;
      for (const field of ['size', 'args', 'whole']) {
        if (wanted[field] !== undefined) assert.deepEqual(object[field], wanted[field]);
      }
      for (const tag of second.tags ?? []) assert.ok((object['tags'] as string[]).includes(tag));
    }),
  );
});

test('property: applied and let go by one, an object of another is as before', () => {
  // Fields that both name would have been taken over by force, so only what does not collide is compared.
  fc.assert(
    fc.property(spec, spec, (first, second) => {
      const base = apply(undefined, first, 'a');
      let both: AnyObject;
      try {
        both = apply(base, second, 'b', false);
      } catch (error) {
        assert.ok(isStatusError(error, 'Conflict'));
        return;
      }
      const back = apply(both, {}, 'b');
      assert.ok(deepEqual(sorted(back['spec']), sorted(base['spec'])), JSON.stringify([back['spec'], base['spec']]));
    }),
  );
});

/** Order within keyed lists is not restored; empty containers may stay or go. */
function sorted(content: Record<string, unknown>): unknown {
  const filled = Object.entries(content ?? {}).filter(([, value]) => {
    return typeof value !== 'object' || Object.keys(value as object).length > 0;
  });
  return Object.fromEntries(
    filled.map(([key, value]) => {
      if (key !== 'tags' && key !== 'ports') return [key, value];
      return [key, (value as unknown[]).map((item) => JSON.stringify(item)).sort()];
    }),
  );
}
