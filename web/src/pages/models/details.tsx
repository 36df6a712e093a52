import { Alert, Button, Descriptions, Drawer } from "antd";
import type { CatalogueModel } from "../../api/machine";
import { navigate } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";

export function ModelDetails({ model, onClose }: { model: CatalogueModel; onClose: () => void }) {
  const { models } = useText();
  const format = useFormat();
  const rows: [string, string][] = [
    [models.maker, `${model.maker} (${model.country})`],
    [models.family, model.family],
    [models.columns.parameters, model.parameters ? format.parameters(model.parameters) : "–"],
    [models.columns.context, model.context_tokens ? format.count(model.context_tokens) : "–"],
    [models.architecture, model.architecture ?? "–"],
    [models.cache, model.cache_bytes_per_token ? format.bytes(model.cache_bytes_per_token) : "–"],
    [models.languages, model.languages.join(", ")],
    [models.training, model.training_data || "–"],
    [models.trainingTokens, model.training_tokens ? format.parameters(model.training_tokens) : "–"],
    [models.filters.access, models.access[model.access]],
    [models.licence, model.licence],
    [
      models.filters.commercial,
      [models.commercial[model.commercial], model.licence_note].filter((part) => part !== "").join(" · "),
    ],
    [models.gguf, model.gguf.join(", ") || "–"],
  ];
  return (
    <Drawer open title={oneLine(model.name)} width="min(100vw, 560px)" onClose={onClose}>
      <div className="stack">
        {model.note && <Alert type="info" message={<Plain text={model.note} lines />} />}
        <Descriptions
          column={1}
          size="small"
          bordered
          items={rows.map(([label, value]) => ({ key: label, label, children: <Plain text={value} /> }))}
        />
        {model.unverified.length > 0 && (
          <p className="faint">{models.unverified(model.unverified.join(", "))}</p>
        )}
        {model.architecture && (
          <Button
            type="primary"
            onClick={() => navigate(`/planner/plan?${new URLSearchParams({ model: model.id }).toString()}`)}
          >
            {models.planIt}
          </Button>
        )}
      </div>
    </Drawer>
  );
}
