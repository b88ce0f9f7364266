// `${output}` inside a template literal then throws instead of printing
// "Calling [toString] on an [Output<T>] is not supported".
process.env["PULUMI_ERROR_OUTPUT_STRING"] = "true";
