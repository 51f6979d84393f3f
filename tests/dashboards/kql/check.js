// Checks KQL with Microsoft's own parser and binder, the ones of the query editor in the portal.
// stdin: {"schema": {table: "(column: type, ...)"}, "queries": {name: text}}
// stdout: {name: {"mistakes": ["1:5 KS142 The name ..."], "columns": [["day", "datetime"], ...]}}
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { Language } = globalThis.Kusto ?? Kusto;
const { DatabaseSymbol, TableSymbol } = Language.Symbols;

function workspace(schema) {
  const tables = Object.entries(schema).map(([name, columns]) => new TableSymbol.$ctor7(name, columns, null));
  // Which overload takes (name, tables) differs between releases of the generated code.
  for (const overload of Object.getOwnPropertyNames(DatabaseSymbol).filter((it) => /^\$?ctor\d?$/.test(it))) {
    try {
      const database = new DatabaseSymbol[overload]("workspace", tables);
      if (database.Tables?.Count === tables.length) return Language.GlobalState.Default.WithDatabase(database);
    } catch { /* not that one */ }
  }
  throw new Error("the parser's DatabaseSymbol takes no tables any more");
}

function items(list) {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}

function check(text, globals) {
  const code = Language.KustoCode.ParseAndAnalyze(text, globals);
  const mistakes = items(code.GetDiagnostics()).map((mistake) => {
    const lines = text.slice(0, mistake.Start).split("\n");
    return `${lines.length}:${lines.at(-1).length + 1} ${mistake.Code} ${mistake.Message}`;
  });
  const columns = items(code.ResultType?.Columns ?? { Count: 0 }).map((it) => [it.Name, it.Type.Name]);
  return { mistakes, columns };
}

const { schema, queries } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const globals = workspace(schema);
const found = Object.entries(queries).map(([name, text]) => [name, check(text, globals)]);
process.stdout.write(JSON.stringify(Object.fromEntries(found)));
