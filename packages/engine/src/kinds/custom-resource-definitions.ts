import { column } from '../table/cells.ts';
import type { KindRow } from './define.ts';

export const customResourceDefinitions: KindRow = {
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  clusterScoped: true,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  status: true,
  columns: [column('Created At', (object) => object.metadata.creationTimestamp, { type: 'date' })],
};
