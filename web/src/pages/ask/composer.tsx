import Sender from "@ant-design/x/es/sender";
import { Button, Select } from "antd";
import { useState } from "react";
import type { AskMode } from "../../api/ask";
import type { Collection } from "../../api/library";
import { useText } from "../../lang/language";
import { CollectionPicker } from "../../parts/collection_picker";
import { GrowingInput } from "./growing_input";
import type { AskOptions } from "./store";

const kQuestionChars = 4000;

export function Composer(props: {
  busy: boolean;
  followUp: boolean;
  collections: Collection[];
  options: AskOptions;
  onOptions: (options: AskOptions) => void;
  onSend: (question: string) => void;
  onStop: () => void;
}) {
  const { ask } = useText();
  const { options } = props;
  const [question, setQuestion] = useState("");
  const submit = (text: string) => {
    const asked = text.trim().slice(0, kQuestionChars);
    if (asked === "" || props.busy) return;
    setQuestion("");
    props.onSend(asked);
  };
  const modes = (Object.keys(ask.modes) as AskMode[]).map((mode) => ({
    value: mode,
    label: ask.modes[mode],
    hint: ask.modeHints[mode],
  }));
  return (
    <div className="composer">
      <label className="only-heard" htmlFor="question">
        {ask.question}
      </label>
      <Sender
        value={question}
        onChange={setQuestion}
        onSubmit={submit}
        onCancel={props.onStop}
        loading={props.busy}
        placeholder={props.followUp ? ask.placeholderFollowUp : ask.placeholder}
        components={{ input: GrowingInput }}
        {...{ id: "question" }}
        actions={(_, { components: { SendButton, LoadingButton } }) =>
          props.busy ? (
            <LoadingButton aria-label={ask.stop} title={ask.stop} />
          ) : (
            <SendButton aria-label={ask.send} title={ask.send} type="primary" />
          )
        }
      />
      <div className="composer-options">
        <Select
          size="small"
          variant="borderless"
          value={options.mode}
          options={modes}
          popupMatchSelectWidth={320}
          aria-label={ask.mode}
          onChange={(mode: AskMode) => props.onOptions({ ...options, mode })}
          optionRender={({ data }) => (
            <>
              {data.label}
              <div className="faint option-hint">{data.hint}</div>
            </>
          )}
        />
        <CollectionPicker
          collections={props.collections}
          chosen={options.collections}
          label={ask.where}
          onChange={(collections) => props.onOptions({ ...options, collections })}
        />
        {props.busy && (
          <Button size="small" type="link" onClick={props.onStop}>
            {ask.stop}
          </Button>
        )}
      </div>
    </div>
  );
}
