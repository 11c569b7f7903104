// Write the types of the API for openapi-fetch: node generate-types.mjs openapi.json generated/api.ts
//
// openapi-typescript writes files as strings; here they are the Blob that a browser sends.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [document, output] = process.argv.slice(2);
const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier("Blob"));

const types = await openapiTS(JSON.parse(await readFile(document, "utf8")), {
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
await writeFile(output, astToString(types));
