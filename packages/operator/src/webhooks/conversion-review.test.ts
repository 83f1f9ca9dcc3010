import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { convertReview, parseConversionReview } from './conversion-review.ts';

const things = (...names: string[]): AnyObject[] =>
  names.map((name) => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { namespace: 'shop', name } }));
const renamed = (object: AnyObject, apiVersion: string): AnyObject => {
  if (object.metadata.name === 'odd') throw new Error('spec.size: has no equal there');
  return { ...object, apiVersion };
};
const request = (objects: AnyObject[]) => ({ uid: 'one', desiredAPIVersion: 'example.com/v2', objects });

test('all objects come back in order, under the uid of the request', () => {
  const { response } = convertReview(request(things('a', 'b', 'c')), renamed);
  assert.equal(response?.uid, 'one');
  assert.equal(response?.result.status, 'Success');
  assert.deepEqual(
    response?.convertedObjects?.map(({ apiVersion, metadata }) => `${apiVersion} ${metadata.name}`),
    ['example.com/v2 a', 'example.com/v2 b', 'example.com/v2 c'],
  );
});

test('a review of nothing is answered with nothing', () => {
  assert.deepEqual(convertReview(request([]), renamed).response?.convertedObjects, []);
});

test('one object that cannot be converted fails the review, and is named with the reason', () => {
  const { response } = convertReview(request(things('a', 'odd', 'c')), renamed);
  assert.equal(response?.uid, 'one');
  assert.equal(response?.convertedObjects, undefined);
  assert.deepEqual(response?.result, {
    status: 'Failure',
    message: 'Thing shop/odd (example.com/v1) cannot be converted to example.com/v2: spec.size: has no equal there',
  });
});

test('what is no review is refused', () => {
  const review = (part: object) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', ...part });
  const refused: [unknown, RegExp][] = [
    [null, /expected a ConversionReview/],
    [{ ...review({}), apiVersion: 'apiextensions.k8s.io/v1beta1' }, /expected a ConversionReview/],
    [review({}), /request.uid/],
    [review({ request: { uid: 'one', objects: [] } }), /request.desiredAPIVersion/],
    [review({ request: { uid: 'one', desiredAPIVersion: 'a/v1' } }), /request.objects/],
    [review({ request: request(Array(10_001).fill({})) }), /10000 objects/],
  ];
  for (const [body, message] of refused) assert.throws(() => parseConversionReview(body), message);
});

test('objects that are none are named by their place', () => {
  const broken = [null, 4, 'x'] as unknown as AnyObject[];
  for (const object of broken) {
    const { response } = convertReview(request([object]), (value) => ({ ...value, kind: value.kind.trim() }));
    assert.match(response?.result.message ?? '', /^objects\[0\] cannot/);
  }
});
