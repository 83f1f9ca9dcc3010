import type { Descriptions } from './descriptions.ts';

const podTerms = {
  requiredDuringSchedulingIgnoredDuringExecution: 'Terms that must all hold where the Pod is placed.',
  preferredDuringSchedulingIgnoredDuringExecution: 'Terms that add their weight to a node that meets them.',
};
const weight = 'Weight from 1 to 100.';

export const schedulingDescriptions: Descriptions = {
  Affinity: {
    nodeAffinity: 'Nodes by their labels.',
    podAffinity: 'Near to which Pods.',
    podAntiAffinity: 'Away from which Pods.',
  },
  NodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: 'Where the Pod may run at all.',
    preferredDuringSchedulingIgnoredDuringExecution: 'Terms that add their weight to a node that meets them.',
  },
  PodAffinity: podTerms,
  PodAntiAffinity: podTerms,
  NodeSelector: { nodeSelectorTerms: 'Terms of which one must hold.' },
  NodeSelectorTerm: {
    matchExpressions: 'Requirements on labels of the node; all must hold.',
    matchFields: 'Requirements on fields of the node, such as metadata.name; all must hold.',
  },
  NodeSelectorRequirement: {
    key: 'Label.',
    operator: 'In, NotIn, Exists, DoesNotExist, Gt or Lt.',
    values: 'Values for In and NotIn; one number for Gt and Lt; none for the others.',
  },
  PreferredSchedulingTerm: { weight, preference: 'What the node should meet.' },
  WeightedPodAffinityTerm: { weight, podAffinityTerm: 'Which Pods, and what counts as near.' },
  PodAffinityTerm: {
    labelSelector: 'Labels of the other Pods. Absent: none match.',
    namespaces: 'Namespaces of the other Pods. Default, with no namespaceSelector: that of this Pod.',
    namespaceSelector: 'Labels of the namespaces of the other Pods; {} means all.',
    topologyKey: 'Label of nodes; nodes with the same value count as one place, such as kubernetes.io/hostname.',
    matchLabelKeys: 'Labels whose values on this Pod the other Pods must have too.',
    mismatchLabelKeys: 'Labels whose values on this Pod the other Pods must not have.',
  },
  LabelSelector: {
    matchLabels: 'Labels and their values; all must hold.',
    matchExpressions: 'Requirements on labels; all must hold.',
  },
  LabelSelectorRequirement: {
    key: 'Label.',
    operator: 'In, NotIn, Exists or DoesNotExist.',
    values: 'Values for In and NotIn; none for the others.',
  },
  Toleration: {
    key: 'Key of the taint. Absent, with Exists: every taint.',
    operator: 'Equal (default), Exists, Gt or Lt.',
    value: 'Value of the taint, unless the operator is Exists.',
    effect: 'NoSchedule, PreferNoSchedule or NoExecute. Absent: all of them.',
    tolerationSeconds: 'Seconds that a NoExecute taint is borne. Absent: for ever.',
  },
  TopologySpreadConstraint: {
    maxSkew: 'By how many Pods two places may differ, at least 1.',
    topologyKey: 'Label of nodes; nodes with the same value count as one place.',
    whenUnsatisfiable: 'DoNotSchedule, or ScheduleAnyway with a lower score.',
    labelSelector: 'Which Pods are counted.',
    minDomains: 'Fewest places there should be. Default 1.',
    nodeAffinityPolicy: 'Honor (default) or Ignore: whether nodes that the Pod may not use are counted.',
    nodeTaintsPolicy: 'Honor or Ignore (default): whether tainted nodes are left out.',
    matchLabelKeys: 'Labels whose values on this Pod the counted Pods must have too.',
  },
};
