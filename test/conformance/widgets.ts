/** A custom kind of each test's own, with everything a definition can ask for. */
export function widgets(minor: number) {
  const plural = `widgets${minor}`;
  const group = `w${minor}.conformance.test`;
  const kind = `Widget${minor}`;
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: `widget${minor}`, kind, shortNames: [`wd${minor}`], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', description: 'How big it is.', minimum: 1, maximum: 100 },
                    colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
                    replicas: { type: 'integer' },
                    selector: { type: 'string' },
                    parts: {
                      type: 'array',
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['name'],
                      items: {
                        type: 'object',
                        required: ['name'],
                        properties: { name: { type: 'string' }, weight: { type: 'integer', default: 1 } },
                      },
                    },
                    anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  },
                },
                status: {
                  type: 'object',
                  properties: { replicas: { type: 'integer' }, phase: { type: 'string' } },
                },
              },
            },
          },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.spec.selector',
            },
          },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
            { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: [{ jsonPath: '.spec.colour' }],
        },
      ],
    },
  };
  return { plural, group, kind, definition, apiVersion: `${group}/v1` };
}

export type Widgets = ReturnType<typeof widgets>;

export function widget(kind: Widgets, name: string, spec: object): object {
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name }, spec };
}
