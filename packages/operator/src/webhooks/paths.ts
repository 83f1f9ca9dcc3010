/** Paths of the webhooks, as in KServe's configurations. */
export const webhookPaths = {
  defaultInferenceService: '/mutate-serving-kserve-io-v1beta1-inferenceservice',
  validateInferenceService: '/validate-serving-kserve-io-v1beta1-inferenceservice',
  validateServingRuntime: '/validate-serving-kserve-io-v1alpha1-servingruntime',
  validateClusterServingRuntime: '/validate-serving-kserve-io-v1alpha1-clusterservingruntime',
  mutatePod: '/mutate-pods',
} as const;
