import { Input } from "antd";
import { navigate } from "../../app/router";
import { useText } from "../../lang/language";
import { useAskStore } from "../ask/store_context";

export function QuestionStep() {
  const { welcome, ask } = useText();
  const { store } = useAskStore();
  const send = async (question: string) => {
    if (question.trim() === "") return;
    await store.open(null);
    void store.ask(question.trim(), { mode: "auto", collections: [] });
    navigate("/ask");
  };
  return (
    <>
      <h2>{welcome.questionTitle}</h2>
      <p className="faint">{welcome.questionHint}</p>
      <Input.Search
        size="large"
        maxLength={4000}
        enterButton={ask.send}
        aria-label={ask.question}
        placeholder={ask.exampleQuestions[0]}
        onSearch={(question) => void send(question)}
      />
    </>
  );
}
