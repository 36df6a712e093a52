import { Alert, Radio, Tag } from "antd";
import { useEffect } from "react";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { firstChoice } from "./choice";

export function ModelStep({
  chosen,
  onChoose,
}: {
  chosen: string | null;
  onChoose: (name: string | null) => void;
}) {
  const { welcome, planner, models } = useText();
  const format = useFormat();
  const api = useApi();
  const loaded = useLoad("models and advice", async (signal) => {
    const [{ items }, advice] = await Promise.all([
      api.machine.models(signal),
      api.machine.recommend(
        { languages: ["zh", "en"], documents: 1000, users: 1, first_token_s: 30, budget: null },
        signal,
      ),
    ]);
    return { items, advice };
  });
  const { data } = loaded;
  useEffect(() => {
    if (data && chosen === null) onChoose(firstChoice(data.items, data.advice));
  }, [data, chosen, onChoose]);
  return (
    <>
      <h2>{welcome.modelTitle}</h2>
      <Load of={loaded}>
        {({ items, advice }) => {
          const chats = items.filter((model) => model.role === "chat");
          if (chats.length === 0) return <Alert type="info" showIcon message={welcome.noChat} />;
          return (
            <>
              <Radio.Group
                value={chosen}
                aria-label={welcome.modelTitle}
                onChange={(event) => onChoose(event.target.value as string)}
              >
                {chats.map((model) => {
                  const answer = advice.chat.find((one) => one.id === model.name)?.answer_seconds;
                  return (
                    <Radio key={model.name} value={model.name} className="choice">
                      <strong>
                        <Plain text={model.name} />
                      </strong>{" "}
                      {model.installed && <Tag>{models.installed}</Tag>}
                      <div className="faint">
                        {models.download(format.bytes(model.bytes))}
                        {model.memory_bytes > 0 && ` · ${models.memory(format.gib(model.memory_bytes))}`}
                        {answer &&
                          ` · ${planner.answerIn(format.decimal(answer.value), format.decimal(answer.low), format.decimal(answer.high))}`}
                      </div>
                    </Radio>
                  );
                })}
              </Radio.Group>
              <p className="faint">{welcome.withEmbedder(advice.embedder)}</p>
            </>
          );
        }}
      </Load>
    </>
  );
}
