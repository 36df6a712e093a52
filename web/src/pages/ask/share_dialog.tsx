import { Modal } from "antd";
import { useState } from "react";
import type { Sharer } from "../../api/ask";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { PeoplePicker } from "../../parts/people_picker";
import { useAskStore } from "./store_context";

export function ShareDialog({ onClose }: { onClose: () => void }) {
  const { ask, common } = useText();
  const { store, conversation } = useAskStore();
  const { busy, act } = useAction();
  const [chosen, setChosen] = useState<Sharer[]>(conversation.shared);
  const save = async () => {
    if (await act(() => store.share(chosen), common.saved)) onClose();
  };
  return (
    <Modal
      open
      title={ask.shareTitle}
      okText={common.save}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <p className="faint">{ask.shareHint}</p>
      <PeoplePicker chosen={chosen} label={ask.sharePlaceholder} onChange={setChosen} />
    </Modal>
  );
}
