import type { Tensor, TensorSpec } from '@serval/protocol';

/** A loaded model. The first dimension of every input is the batch. */
export interface Model {
  /** `xgboost`, `lightgbm` or `onnx`. */
  readonly format: string;
  /** Framework and file format, as V2 metadata tells it: `xgboost_ubjson`. */
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Column names of the only input, when the file has them. */
  readonly columns: readonly string[];
  /** Whether null stands for a missing value. */
  readonly nullIsMissing: boolean;
  /**
   * The outputs for a batch, in the order of `outputs`. Throws `ProtocolError` when the tensors do not suit the model.
   * @param outputs  the names wanted; undefined: all
   */
  predict(inputs: readonly Tensor[], outputs: readonly string[] | undefined, signal: AbortSignal): Promise<Tensor[]>;
  close(): Promise<void>;
}
