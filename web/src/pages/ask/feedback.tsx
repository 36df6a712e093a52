import { DislikeFilled, DislikeOutlined, LikeFilled, LikeOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Input, Modal } from "antd";
import { useState } from "react";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useAskStore } from "./store_context";
import type { Turn } from "./turn";

export function FeedbackButtons({ turn }: { turn: Turn }) {
  const { ask, common } = useText();
  const { store } = useAskStore();
  const { message } = App.useApp();
  const { busy, act } = useAction();
  const [asking, setAsking] = useState(false);
  const [reasons, setReasons] = useState<string[]>([]);
  const [more, setMore] = useState("");
  const good = turn.feedback?.good === true;
  const bad = turn.feedback?.good === false;

  const toggleGood = () => void act(() => store.giveFeedback(turn, good ? null : { good: true, reason: "" }));
  const toggleBad = () => {
    if (bad) return void act(() => store.giveFeedback(turn, null));
    setAsking(true);
  };
  const sendBad = async () => {
    const reason = [...reasons, more.trim()].filter((part) => part !== "").join("; ");
    if (await act(() => store.giveFeedback(turn, { good: false, reason }))) {
      setAsking(false);
      void message.success(ask.thanks);
    }
  };
  return (
    <span className="feedback">
      <Button
        type="text"
        size="small"
        icon={good ? <LikeFilled /> : <LikeOutlined />}
        aria-label={ask.good}
        aria-pressed={good}
        onClick={toggleGood}
      />
      <Button
        type="text"
        size="small"
        icon={bad ? <DislikeFilled /> : <DislikeOutlined />}
        aria-label={ask.bad}
        aria-pressed={bad}
        onClick={toggleBad}
      />
      <Modal
        open={asking}
        title={ask.badTitle}
        okText={ask.sendFeedback}
        cancelText={common.cancel}
        confirmLoading={busy}
        onOk={() => void sendBad()}
        onCancel={() => setAsking(false)}
      >
        <Checkbox.Group
          className="feedback-reasons"
          options={ask.badReasons}
          value={reasons}
          onChange={setReasons}
        />
        <Input.TextArea
          rows={3}
          maxLength={1000}
          value={more}
          placeholder={ask.badPlaceholder}
          aria-label={ask.badPlaceholder}
          onChange={(event) => setMore(event.target.value)}
        />
      </Modal>
    </span>
  );
}
