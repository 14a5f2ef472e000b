<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Numbers</name>
    <message>
        <source>%1 %</source>
        <extracomment>A share, e.g. &quot;88.4 %&quot;</extracomment>
        <translation>%1%</translation>
    </message>
    <message>
        <source>95 % %1–%2</source>
        <extracomment>95 % confidence interval from %1 to %2, both per cent</extracomment>
        <translation>95% 区间 %1–%2</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>%1 %, 95 % interval %2 to %3</source>
        <translation>%1%，95% 区间 %2 至 %3</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 分钟</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分钟</translation>
    </message>
    <message>
        <source>%1 / %2 ms</source>
        <extracomment>Median and 95th percentile of a latency</extracomment>
        <translation>%1 / %2 毫秒</translation>
    </message>
    <message>
        <source>%1 /s</source>
        <extracomment>Things a second</extracomment>
        <translation>%1 /秒</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Zero-shot</source>
        <translation>零样本</translation>
    </message>
    <message>
        <source>Retrieve</source>
        <translation>检索增强</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Distil</source>
        <extracomment>The technique, as a title</extracomment>
        <translation>蒸馏</translation>
    </message>
    <message>
        <source>Hybrid</source>
        <translation>混合</translation>
    </message>
    <message>
        <source>nearest label name</source>
        <translation>最近标签名</translation>
    </message>
    <message>
        <source>nearest rows</source>
        <translation>近邻投票</translation>
    </message>
    <message>
        <source>head only</source>
        <translation>仅分类头</translation>
    </message>
    <message>
        <source>all weights</source>
        <translation>全部参数</translation>
    </message>
    <message>
        <source>soft targets</source>
        <translation>软目标</translation>
    </message>
    <message>
        <source>evaluation</source>
        <translation>评测</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>排队</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>cancelling</source>
        <translation>正在取消</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>中断</translation>
    </message>
    <message>
        <source>done</source>
        <extracomment>State of a job that ended well</extracomment>
        <translation>完成</translation>
    </message>
    <message>
        <source>train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>dev</source>
        <extracomment>The part of the data that selects (development set)</extracomment>
        <translation>验证</translation>
    </message>
    <message>
        <source>test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>实测</translation>
    </message>
    <message>
        <source>entered</source>
        <extracomment>Evidence that the user typed in</extracomment>
        <translation>已填</translation>
    </message>
    <message>
        <source>default</source>
        <extracomment>Evidence that is assumed because nothing better is known</extracomment>
        <translation>默认</translation>
    </message>
    <message>
        <source>low</source>
        <comment>confidence</comment>
        <translation>低</translation>
    </message>
    <message>
        <source>medium</source>
        <comment>confidence</comment>
        <translation>中</translation>
    </message>
    <message>
        <source>high</source>
        <comment>confidence</comment>
        <translation>高</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation>宏平均 F1</translation>
    </message>
    <message>
        <source>Calibration error</source>
        <translation>校准误差</translation>
    </message>
    <message>
        <source>Retention</source>
        <translation>保持率</translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation>加速比</translation>
    </message>
    <message>
        <source>train loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>dev loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation>验证准确率</translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>gradient norm</source>
        <translation>梯度范数</translation>
    </message>
    <message>
        <source>%1, control</source>
        <translation>%1（对照）</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>measuring quality</source>
        <translation>测量质量</translation>
    </message>
    <message>
        <source>measuring latency</source>
        <translation>测量延迟</translation>
    </message>
    <message>
        <source>indexing</source>
        <translation>建索引</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>计算向量</translation>
    </message>
    <message>
        <source>loading the model</source>
        <translation>加载模型</translation>
    </message>
    <message>
        <source>tokenizing</source>
        <translation>分词</translation>
    </message>
    <message>
        <source>asking the teacher</source>
        <translation>询问教师</translation>
    </message>
    <message>
        <source>training the control</source>
        <translation>训练对照</translation>
    </message>
    <message>
        <source>reading the file</source>
        <translation>读取文件</translation>
    </message>
    <message numerus="yes">
        <source>steps</source>
        <translation>
            <numerusform>步</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>rows</source>
        <translation>
            <numerusform>条</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>texts</source>
        <translation>
            <numerusform>条文本</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>documents</source>
        <translation>
            <numerusform>份文档</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>%1 a count, %2 what is counted: &quot;38 documents&quot;</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>%1 / %2 %3</source>
        <extracomment>%1 done of %2, %3 what is counted: &quot;1,204 / 1,950 steps&quot;</extracomment>
        <translation>%1 / %2 %3</translation>
    </message>
    <message>
        <source>A value is outside what is allowed.</source>
        <translation>取值超出允许范围。</translation>
    </message>
    <message>
        <source>The file or a row of it is malformed.</source>
        <translation>文件或其中某一行格式有误。</translation>
    </message>
    <message>
        <source>Something that was named does not exist.</source>
        <translation>指定的对象不存在。</translation>
    </message>
    <message>
        <source>The name is already taken.</source>
        <translation>该名称已被占用。</translation>
    </message>
    <message>
        <source>Triptych does not handle this kind.</source>
        <translation>Triptych 不支持这一类型。</translation>
    </message>
    <message>
        <source>Reading or writing a file failed.</source>
        <translation>读写文件失败。</translation>
    </message>
    <message>
        <source>Another process is using it.</source>
        <translation>另一个进程正在使用。</translation>
    </message>
    <message>
        <source>Stored data fails its own check.</source>
        <translation>已存数据未通过自检。</translation>
    </message>
    <message>
        <source>There was not enough memory.</source>
        <translation>内存不足。</translation>
    </message>
    <message>
        <source>Stopped on request.</source>
        <translation>已按要求停止。</translation>
    </message>
    <message>
        <source>The engine process ended unexpectedly.</source>
        <translation>引擎进程意外结束。</translation>
    </message>
    <message>
        <source>The engine&apos;s reply could not be understood.</source>
        <translation>无法理解引擎的回复。</translation>
    </message>
    <message>
        <source>This is a defect in Triptych.</source>
        <translation>这是 Triptych 的缺陷。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ActionSet</name>
    <message>
        <source>Workspace</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Go</source>
        <extracomment>Menu of the pages</extracomment>
        <translation>转到</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>triptych::ui::Banner</name>
    <message>
        <source>Copy this message</source>
        <translation>复制这条消息</translation>
    </message>
    <message>
        <source>Hide this message</source>
        <translation>隐藏这条消息</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
</context>
<context>
    <name>triptych::ui::Chart</name>
    <message>
        <source>%1, %2</source>
        <comment>axis title and its unit</comment>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Save the chart</source>
        <translation>保存图表</translation>
    </message>
    <message>
        <source>Save as PNG…</source>
        <translation>另存为 PNG…</translation>
    </message>
    <message>
        <source>Save as SVG…</source>
        <translation>另存为 SVG…</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>另存为 PDF…</translation>
    </message>
    <message>
        <source>Save the data as CSV…</source>
        <translation>将数据另存为 CSV…</translation>
    </message>
    <message>
        <source>Copy the data</source>
        <translation>复制数据</translation>
    </message>
    <message>
        <source>Save this chart</source>
        <translation>保存此图表</translation>
    </message>
    <message>
        <source>Arrow keys walk along the points, Shift and an arrow key move the view, plus and minus zoom, Home or a double click shows everything.</source>
        <translation>方向键沿数据点移动，Shift 加方向键平移，加号和减号缩放，Home 键或双击显示全部。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>Type an action, a page, a data set or a run</source>
        <translation>输入操作、页面、数据集或运行</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>匹配项</translation>
    </message>
</context>
<context>
    <name>triptych::ui::Dock</name>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Hide the dock</source>
        <translation>隐藏面板</translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobWorker</name>
    <message>
        <source>The distillation was not started: its teacher &quot;%1&quot; did not finish.</source>
        <translation>蒸馏未启动：教师“%1”没有完成。</translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation>没有打开的工作区。</translation>
    </message>
    <message>
        <source>Open or create one first.</source>
        <translation>请先打开或新建一个。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobsModel</name>
    <message>
        <source>waits for its teacher</source>
        <translation>等待教师完成</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Done</source>
        <extracomment>Column of how much of a job is done</extracomment>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>速率</translation>
    </message>
    <message>
        <source>Time left</source>
        <translation>剩余时间</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
</context>
<context>
    <name>triptych::ui::JobsPanel</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Open run</source>
        <translation>打开运行</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Space pauses or resumes, Delete cancels or removes, Return opens the run.</source>
        <translation>空格键暂停或继续，Delete 键取消或移除，回车键打开运行。</translation>
    </message>
    <message>
        <source>No job has run here yet. What trains or measures shows up here, with its rate and the time it still needs.</source>
        <translation>这里还没有任务。训练和测量会显示在这里，并给出速率和剩余时间。</translation>
    </message>
    <message>
        <source>Remove run</source>
        <translation>移除运行</translation>
    </message>
    <message>
        <source>Remove the run &quot;%1&quot;?</source>
        <translation>移除运行“%1”？</translation>
    </message>
    <message>
        <source>Its folder with checkpoints and predictions is deleted. This cannot be undone.</source>
        <translation>其文件夹连同检查点和预测将被删除，无法撤销。</translation>
    </message>
    <message>
        <source>Its folder and the model &quot;%1&quot; that it made are deleted. This cannot be undone.</source>
        <translation>其文件夹和它生成的模型“%1”将被删除，无法撤销。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>triptych::ui::LogModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>级别</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>debug</source>
        <translation>调试</translation>
    </message>
    <message>
        <source>info</source>
        <translation>信息</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
</context>
<context>
    <name>triptych::ui::LogPanel</name>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Info and above</source>
        <translation>信息及以上</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Lowest level shown</source>
        <translation>显示的最低级别</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Words to look for in the log</source>
        <translation>在日志中查找的词</translation>
    </message>
    <message>
        <source>Copy the selected lines, or all that are shown</source>
        <translation>复制选中的行，或全部显示的行</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
</context>
<context>
    <name>triptych::ui::MainWindow</name>
    <message>
        <source>The engine process ended: %1</source>
        <translation>引擎进程已结束：%1</translation>
    </message>
    <message>
        <source>The engine process ended unexpectedly and was started again.</source>
        <translation>引擎进程意外结束，已重新启动。</translation>
    </message>
    <message>
        <source>What you typed is kept. Repeat the last action; the log has the details.</source>
        <translation>您输入的内容已保留。请重复上一步操作；详情见日志。</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>&quot;%1&quot;: %2</source>
        <translation>“%1”：%2</translation>
    </message>
    <message>
        <source>The job &quot;%1&quot; failed.</source>
        <translation>任务“%1”失败。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) were interrupted before they ended.</source>
        <translation>
            <numerusform>%n 个任务在结束前中断。</numerusform>
        </translation>
    </message>
    <message>
        <source>They go on from their last checkpoint, with the same result as if nothing had happened.</source>
        <translation>它们将从最后一个检查点继续，结果与未中断时相同。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Run · %1</source>
        <translation>运行 · %1</translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation>没有打开的工作区</translation>
    </message>
    <message>
        <source>A workspace is a folder that keeps your data sets, runs and decisions together. Open one, or make a new one in an empty folder; then a labelled file is all it takes.</source>
        <translation>工作区是一个文件夹，把数据集、运行和决策放在一起。打开一个，或在空文件夹中新建一个；之后只需要一个标注文件。</translation>
    </message>
    <message>
        <source>Open a workspace…</source>
        <translation>打开工作区…</translation>
    </message>
    <message>
        <source>%1 – Triptych</source>
        <translation>%1 – Triptych</translation>
    </message>
    <message>
        <source>Triptych did not get going the last two times, so it started without its saved state.</source>
        <translation>Triptych 前两次未能正常启动，因此这次没有载入保存的状态。</translation>
    </message>
    <message>
        <source>Window layout and unsaved form fields are at their defaults. Workspaces and runs are untouched.</source>
        <translation>窗口布局和未保存的表单已恢复默认；工作区和运行未受影响。</translation>
    </message>
    <message>
        <source>New workspace…</source>
        <translation>新建工作区…</translation>
    </message>
    <message>
        <source>Open workspace…</source>
        <translation>打开工作区…</translation>
    </message>
    <message>
        <source>Show the workspace&apos;s folder</source>
        <translation>显示工作区文件夹</translation>
    </message>
    <message>
        <source>Close workspace</source>
        <translation>关闭工作区</translation>
    </message>
    <message>
        <source>Read everything anew</source>
        <translation>全部重新读取</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation>命令面板…</translation>
    </message>
    <message>
        <source>Pause or resume the selected job</source>
        <translation>暂停或继续所选任务</translation>
    </message>
    <message>
        <source>Cancel or remove the selected job</source>
        <translation>取消或移除所选任务</translation>
    </message>
    <message>
        <source>Open the selected job&apos;s run</source>
        <translation>打开所选任务的运行</translation>
    </message>
    <message>
        <source>Cancel all jobs</source>
        <translation>取消全部任务</translation>
    </message>
    <message>
        <source>Show jobs</source>
        <translation>显示任务</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation>复制日志</translation>
    </message>
    <message>
        <source>Theme of the system</source>
        <translation>跟随系统主题</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation>切换浅色与深色</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Open the menu</source>
        <translation>打开菜单</translation>
    </message>
    <message>
        <source>About Triptych</source>
        <translation>关于 Triptych</translation>
    </message>
    <message>
        <source>Triptych measures retrieval, fine-tuning and distillation on your own labelled data, on the same rows, and says which to use and why. Free software under the GNU General Public License, version 3 or later.</source>
        <translation>Triptych 在您自己的标注数据上，用相同的测试数据测量检索、微调和蒸馏，并说明该用哪一种以及为什么。自由软件，采用 GNU 通用公共许可证第 3 版或更高版本。</translation>
    </message>
    <message>
        <source>Choose an empty folder for the new workspace</source>
        <translation>为新工作区选择一个空文件夹</translation>
    </message>
    <message>
        <source>Open a workspace</source>
        <translation>打开工作区</translation>
    </message>
    <message>
        <source>There is no workspace in &quot;%1&quot;.</source>
        <translation>“%1”中没有工作区。</translation>
    </message>
    <message>
        <source>Make one there, or open another folder.</source>
        <translation>在那里新建一个，或打开其他文件夹。</translation>
    </message>
    <message>
        <source>Make a workspace there</source>
        <translation>在那里新建工作区</translation>
    </message>
</context>
<context>
    <name>triptych::ui::Rail</name>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>triptych::ui::Ring</name>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>In the Jobs table</source>
        <translation>在任务表中</translation>
    </message>
    <message>
        <source>Pause or resume</source>
        <translation>暂停或继续</translation>
    </message>
    <message>
        <source>Cancel or remove</source>
        <translation>取消或移除</translation>
    </message>
    <message>
        <source>Open run</source>
        <translation>打开运行</translation>
    </message>
</context>
<context>
    <name>triptych::ui::StatusStrip</name>
    <message numerus="yes">
        <source>CPU · %n thread(s)</source>
        <translation>
            <numerusform>CPU · %n 线程</numerusform>
        </translation>
    </message>
    <message>
        <source>offline</source>
        <extracomment>Triptych makes no network connections of its own</extracomment>
        <translation>离线</translation>
    </message>
    <message>
        <source>Nothing leaves this machine.</source>
        <translation>没有任何数据离开本机。</translation>
    </message>
    <message>
        <source>engine starts on first use</source>
        <translation>引擎在首次使用时启动</translation>
    </message>
    <message>
        <source>engine starting</source>
        <translation>引擎启动中</translation>
    </message>
    <message>
        <source>engine ready</source>
        <translation>引擎就绪</translation>
    </message>
    <message>
        <source>engine restarting</source>
        <translation>引擎重启中</translation>
    </message>
    <message>
        <source>memory %1 of %2</source>
        <translation>内存 %1 / %2</translation>
    </message>
</context>
<context>
    <name>triptych::ui::TopBar</name>
    <message>
        <source>No workspace</source>
        <translation>无工作区</translation>
    </message>
    <message>
        <source>All actions</source>
        <translation>全部操作</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Search actions, data, runs…</source>
        <translation>搜索操作、数据、运行…</translation>
    </message>
    <message>
        <source>Open the command palette</source>
        <translation>打开命令面板</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
</context>
</TS>
