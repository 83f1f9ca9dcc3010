import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { platformCategories, platformGroup } from '../../group.ts';
import { promotionSchema } from './schema.ts';
import type { Promotion } from './types.ts';
import { validatePromotion } from './validate.ts';

export const promotions = defineResource<Promotion>({
  group: platformGroup,
  version: 'v1alpha1',
  plural: 'promotions',
  kind: 'Promotion',
  namespaced: true,
});

const conditionStatus = (type: string) => `.status.conditions[?(@.type=='${type}')].status`;

export const promotionV1alpha1: KindVersion<Promotion> = {
  resource: promotions,
  description:
    'The request to bring a service from one stage of a pipeline to another, and afterwards the record of it.',
  singular: 'promotion',
  shortNames: ['promo'],
  categories: platformCategories,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Pipeline', type: 'string', jsonPath: '.spec.pipeline' },
    { name: 'Service', type: 'string', jsonPath: '.spec.service' },
    { name: 'From', type: 'string', jsonPath: '.spec.from' },
    { name: 'To', type: 'string', jsonPath: '.spec.to' },
    { name: 'Checked', type: 'string', jsonPath: conditionStatus('Checked') },
    { name: 'Approved', type: 'string', jsonPath: conditionStatus('Approved') },
    { name: 'Applied', type: 'string', jsonPath: conditionStatus('Applied'), priority: 1 },
    { name: 'Healthy', type: 'string', jsonPath: conditionStatus('Healthy') },
    { name: 'Approved By', type: 'string', jsonPath: '.status.approvedBy', priority: 1 },
    { name: 'Digest', type: 'string', jsonPath: '.status.digest', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: promotionSchema,
  validate: (promotion, old) => validatePromotion(promotion, old),
};
