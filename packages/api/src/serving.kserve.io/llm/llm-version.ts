/** The versions of the LLM kinds. v1alpha2 is stored, and what the other one is converted through. */
export type LlmVersion = 'v1alpha1' | 'v1alpha2';
