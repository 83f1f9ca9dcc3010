import { defaultGatewayName, operatorDeploymentName } from '@serval/operator/declarations';
import { call, type Expression, literal, not, releaseNamespace, value, writeExpression } from './expression.ts';
import { control, escapeTemplate } from './write-template.ts';

/** Lines of text with expressions in them, and lines that depend on a condition. */
export type Note =
  | string
  | readonly (string | Expression)[]
  | { readonly condition: Expression; readonly notes: readonly Note[]; readonly otherwise?: readonly Note[] };

/** `NOTES.txt`, which Helm renders and prints after an installation. */
export function writeNotes(notes: readonly Note[]): string {
  return `${notes.flatMap(noteLines).join('\n')}\n`;
}

function noteLines(note: Note): string[] {
  if (typeof note === 'string') return [escapeTemplate(note)];
  if ('condition' in note) {
    const { condition, notes, otherwise } = note;
    return [
      control.if(condition),
      ...notes.flatMap(noteLines),
      ...(otherwise ? [control.else, ...otherwise.flatMap(noteLines)] : []),
      control.end,
    ];
  }
  return [
    note.map((part) => (typeof part === 'string' ? escapeTemplate(part) : `{{ ${writeExpression(part)} }}`)).join(''),
  ];
}

const served = (kind: string) => call('.Capabilities.APIVersions.Has', literal(kind));

/** After an installation of the chart `serval`. */
export const servalNotes: readonly Note[] = [
  ['Serval runs in the namespace ', releaseNamespace, '. To see that it is well:'],
  '',
  [
    '  kubectl -n ',
    releaseNamespace,
    ` wait --for=condition=Available deployment/${operatorDeploymentName} --timeout=120s`,
  ],
  {
    condition: not(served('serving.kserve.io/v1beta1/InferenceService')),
    notes: [
      '',
      'The cluster does not serve the definitions yet: install the chart serval-crds, or nothing will be reconciled.',
    ],
  },
  {
    condition: not(served('gateway.networking.k8s.io/v1/HTTPRoute')),
    notes: ['', 'The cluster has no Gateway API: services become ready inside of it, and have no address outside.'],
  },
  {
    condition: not(value('gateway.enabled')),
    notes: [
      '',
      `Services attach to the Gateway that config.ingress.kserveIngressGateway names (${defaultGatewayName} unless changed); it is not part of this release.`,
    ],
  },
  {
    condition: not(value('runtimes.enabled')),
    notes: [
      '',
      'The built-in runtimes are not installed. Once the operator is available, the same helm upgrade with',
      '--set runtimes.enabled=true adds them.',
    ],
  },
  '',
  'A first model:',
  '',
  '  apiVersion: serving.kserve.io/v1beta1',
  '  kind: InferenceService',
  '  metadata:',
  '    name: iris',
  '  spec:',
  '    predictor:',
  '      model:',
  '        modelFormat:',
  '          name: xgboost',
  '        storageUri: s3://models/iris',
  '',
  'To uninstall: delete your services first, as nobody cleans up after them once the operator is gone. The definitions and all objects of',
  'them belong to the chart serval-crds, which keeps them unless it was told otherwise.',
];

/** After an installation of the chart `serval-crds`. */
export const crdsNotes: readonly Note[] = [
  "Serval's definitions are installed. Next: the chart serval.",
  {
    condition: value('keep'),
    notes: ['helm uninstall leaves them, and all objects of them, where they are.'],
    otherwise: ['helm uninstall removes them, AND EVERY OBJECT of them in the whole cluster.'],
  },
];

/** Where conversion is part of the definitions. */
export const conversionNotes: readonly Note[] = [
  {
    condition: value('webhooks.enabled'),
    notes: [
      [
        'Kinds of several versions are converted by the operator in the namespace ',
        call('default', releaseNamespace, value('webhooks.namespace')),
        '.',
      ],
    ],
  },
];
