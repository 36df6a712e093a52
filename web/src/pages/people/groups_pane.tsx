import { DeleteOutlined, EditOutlined, PlusOutlined, TeamOutlined } from "@ant-design/icons";
import { App, Button, Form, Input, List, Modal, Select } from "antd";
import { useState } from "react";
import type { Group, User } from "../../api/people";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { EmptyState } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";

interface Props {
  users: User[];
  groups: Group[];
  onChanged: () => void;
}
interface Values {
  name: string;
  members: number[];
}

function GroupDialog(props: {
  group: Group | null;
  users: User[];
  onClose: () => void;
  onSaved: () => void;
}) {
  const { admin, common } = useText();
  const api = useApi();
  const { busy, act } = useAction();
  const [form] = Form.useForm<Values>();
  const { group } = props;
  const save = async ({ name, members }: Values) => {
    const work = () =>
      group
        ? api.people.changeGroup(group.id, { name: name.trim(), members })
        : api.people.addGroup(name.trim(), members);
    if (await act(work, common.saved)) props.onSaved();
  };
  return (
    <Modal
      open
      title={group ? admin.editGroup(oneLine(group.name)) : admin.addGroup}
      okText={common.save}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={group ?? { name: "", members: [] }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="members" label={admin.members}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={props.users.map((user) => ({ value: user.id, label: oneLine(user.name) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

export function GroupsPane({ users, groups, onChanged }: Props) {
  const { admin, common } = useText();
  const api = useApi();
  const { modal } = App.useApp();
  const { act } = useAction();
  const [editing, setEditing] = useState<Group | "new" | null>(null);
  const confirmRemove = (group: Group) =>
    modal.confirm({
      title: admin.removeGroupTitle(oneLine(group.name)),
      content: admin.removeGroupHint,
      okText: common.remove,
      okButtonProps: { danger: true },
      onOk: async () => {
        if (await act(() => api.people.removeGroup(group.id))) onChanged();
      },
    });
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
      {admin.addGroup}
    </Button>
  );
  const names = (group: Group) =>
    users.filter((user) => group.members.includes(user.id)).map((user) => user.name);
  return (
    <div className="stack">
      {groups.length === 0 ? (
        <EmptyState icon={<TeamOutlined />} title={admin.noGroups} actions={add}>
          {admin.noGroupsHint}
        </EmptyState>
      ) : (
        <>
          {add}
          <List
            dataSource={groups}
            rowKey="id"
            renderItem={(group) => (
              <List.Item
                actions={[
                  <Button
                    key="edit"
                    type="text"
                    icon={<EditOutlined />}
                    aria-label={admin.editGroup(oneLine(group.name))}
                    onClick={() => setEditing(group)}
                  />,
                  <Button
                    key="remove"
                    type="text"
                    danger
                    icon={<DeleteOutlined />}
                    aria-label={`${common.remove}: ${oneLine(group.name)}`}
                    onClick={() => confirmRemove(group)}
                  />,
                ]}
              >
                <List.Item.Meta
                  title={<Plain text={group.name} />}
                  description={<Plain text={names(group).join(", ")} />}
                />
              </List.Item>
            )}
          />
        </>
      )}
      {editing !== null && (
        <GroupDialog
          group={editing === "new" ? null : editing}
          users={users}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            onChanged();
          }}
        />
      )}
    </div>
  );
}
