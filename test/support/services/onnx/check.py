"""Judges ONNX models: a line of JSON for each file that is named, with what is wrong or the shapes of its outputs."""

import json
import sys

import onnx


def shapes_of(model):
    """The shapes that onnx finds for the outputs, which are taken off the model first; null for those that it does not."""
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return {output.name: shape_of(output.type.tensor_type) for output in inferred.graph.output}


def shape_of(tensor):
    if not tensor.HasField("shape"):
        return None
    sizes = [size.dim_value if size.HasField("dim_value") else size.dim_param for size in tensor.shape.dim]
    return [size if size != "" else None for size in sizes]


for file in sys.argv[1:]:
    try:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        print(json.dumps({"shapes": shapes_of(model)}))
    except Exception as error:
        print(json.dumps({"wrong": f"{type(error).__name__}: {error}"}))
