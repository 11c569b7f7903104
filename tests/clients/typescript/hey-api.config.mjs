// How hey-api writes its client: openapi-ts -f hey-api.config.mjs
export default {
  input: "openapi.json",
  output: { path: "generated/hey-api", module: { extension: ".js" } },
};
