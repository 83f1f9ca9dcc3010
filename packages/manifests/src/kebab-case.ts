/** `LLMInferenceService` as `llm-inference-service`. */
export function kebabCase(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, (letter) => `-${letter}`).toLowerCase();
}
