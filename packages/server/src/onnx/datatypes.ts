import type { Datatype, Tensor, TensorData } from '@serval/protocol';
import type { OnnxTensor } from './messages.ts';

const FROM_ONNX: Readonly<Record<string, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};
const TO_ONNX = Object.fromEntries(Object.entries(FROM_ONNX).map(([onnx, datatype]) => [datatype, onnx]));
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** The protocol's datatype of an ONNX element type; undefined when it has none (bfloat16, 4-bit integers, no tensor at all). */
export function datatypeFromOnnx(type: string): Datatype | undefined {
  return FROM_ONNX[type];
}

/** ONNX strings are text, so BYTES are read as UTF-8. */
export function onnxFromTensor({ datatype, shape, data }: Tensor): OnnxTensor {
  const given = datatype === 'BYTES' ? (data as Uint8Array[]).map((bytes) => utf8.decoder.decode(bytes)) : data;
  return { type: TO_ONNX[datatype]!, dims: shape, data: given as ArrayBufferView | string[] };
}

export function tensorFromOnnx(name: string, datatype: Datatype, { dims, data }: OnnxTensor): Tensor {
  let own: TensorData = data as TensorData;
  if (datatype === 'BYTES') own = (data as string[]).map((text) => utf8.encoder.encode(text));
  else if (datatype === 'FP16') {
    // The runtime gives half precision as numbers where the language has an array for them; the protocol's arrays hold the bits.
    const view = data as ArrayBufferView<ArrayBuffer>;
    own = new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
  }
  return { name, datatype, shape: dims, data: own };
}
