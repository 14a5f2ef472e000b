<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Comparison</name>
    <message>
        <source>“%1” was measured on other test rows than “%2”.</source>
        <translation>“%1”与“%2”所用的测试数据不同。</translation>
    </message>
    <message>
        <source>row %1</source>
        <translation>第 %1 行</translation>
    </message>
</context>
<context>
    <name>Estimate</name>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Trainable</source>
        <translation>可训练参数</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>内存峰值</translation>
    </message>
    <message>
        <source>no earlier run to estimate from</source>
        <translation>没有可供估计的先前运行</translation>
    </message>
    <message numerus="yes">
        <source>From %n earlier runs on this data set, without the measurement</source>
        <translation>
            <numerusform>根据此数据集上先前的 %n 次运行估计，不含测量</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>There are no training rows: nothing can be learnt or retrieved.</source>
        <translation>没有训练数据：无从学习或检索。</translation>
    </message>
    <message>
        <source>There are no test rows: nothing can be measured.</source>
        <translation>没有测试数据：无法测量。</translation>
    </message>
    <message>
        <source>There are no dev rows: training cannot choose its best state by them.</source>
        <translation>没有验证数据：训练无法据此选择最佳状态。</translation>
    </message>
    <message>
        <source>There is only one label: there is nothing to tell apart.</source>
        <translation>只有一个标签：没有可区分的内容。</translation>
    </message>
    <message>
        <source>%1 labels have no training row: they cannot be learnt or retrieved.</source>
        <translation>%1 个标签没有训练数据：无法学习或检索。</translation>
    </message>
    <message>
        <source>%1 labels have fewer than %2 training rows; aim at %3 or more.</source>
        <translation>%1 个标签的训练数据少于 %2 条；建议 %3 条以上。</translation>
    </message>
    <message>
        <source>Only %1 test rows: differences between techniques will drown in the interval; aim at %2 or more.</source>
        <translation>仅 %1 条测试数据：技术之间的差异会淹没在区间里；建议 %2 条以上。</translation>
    </message>
    <message>
        <source>The same text stands in two parts: %1 in train and test, %2 in train and dev, %3 in dev and test. Figures on such rows flatter.</source>
        <translation>同一文本出现在两个部分：训练与测试 %1 条，训练与验证 %2 条，验证与测试 %3 条。这些数据上的结果会偏高。</translation>
    </message>
    <message>
        <source>%1 texts carry more than one label.</source>
        <translation>%1 条文本带有多个标签。</translation>
    </message>
    <message>
        <source>%1 rows repeat a text of their own part.</source>
        <translation>%1 条数据与同一部分中的文本重复。</translation>
    </message>
    <message>
        <source>The labels are uneven: the rarest has %1 training rows, the most frequent %2. Look at macro F1 beside accuracy.</source>
        <translation>标签分布不均：最少的有 %1 条训练数据，最多的有 %2 条。除准确率外请同时看宏平均 F1。</translation>
    </message>
    <message>
        <source>%1 rows, their split and the label descriptions are lost. %2 runs and %3 decisions name this data set: they stay, but cannot be compared with new runs.</source>
        <translation>%1 条数据、其划分和标签说明将会丢失。有 %2 次运行和 %3 个决策引用此数据集：它们会保留，但不能与新的运行比较。</translation>
    </message>
</context>
<context>
    <name>Knowledge</name>
    <message>
        <source>by words only</source>
        <extracomment>How a knowledge base is searched that has no vectors</extracomment>
        <translation>仅按词检索</translation>
    </message>
    <message>
        <source>hashing (no model needed)</source>
        <translation>hashing（无需模型）</translation>
    </message>
</context>
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
    <name>Rail</name>
    <message>
        <source>Overview</source>
        <translation>总览</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Distil</source>
        <translation>蒸馏</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>决策</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Knowledge</source>
        <translation>知识库</translation>
    </message>
</context>
<context>
    <name>ReportExport</name>
    <message>
        <source>Export the report</source>
        <translation>导出报告</translation>
    </message>
</context>
<context>
    <name>RunMonitor</name>
    <message>
        <source>%1 left</source>
        <translation>剩余 %1</translation>
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
        <translation>检索</translation>
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
        <translation>精度保留率</translation>
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
    <message>
        <source>the line has %1 bytes, more than the %2 allowed</source>
        <translation>该行有 %1 字节，超过允许的 %2 字节</translation>
    </message>
    <message>
        <source>the row has %1 bytes, more than the %2 allowed</source>
        <translation>该条有 %1 字节，超过允许的 %2 字节</translation>
    </message>
    <message>
        <source>the row holds a NUL byte (byte %1)</source>
        <translation>该行含有 NUL 字节（第 %1 字节）</translation>
    </message>
    <message>
        <source>there is a NUL byte (byte %1) in %2</source>
        <translation>%2 中含有 NUL 字节（第 %1 字节）</translation>
    </message>
    <message>
        <source>byte %1 of the row is not valid %2</source>
        <translation>该行第 %1 字节不是有效的 %2</translation>
    </message>
    <message>
        <source>byte %1 of the cell is not valid %2: the encoding is wrong or the byte is damaged</source>
        <translation>单元格第 %1 字节不是有效的 %2：编码选错了，或该字节已损坏</translation>
    </message>
    <message>
        <source>the cell is empty</source>
        <translation>单元格为空</translation>
    </message>
    <message>
        <source>%1 is neither one of the %2 class names nor a number from 0 to %3</source>
        <translation>%1 既不是 %2 个类别名之一，也不是 0 到 %3 的数字</translation>
    </message>
    <message>
        <source>a closing quote is followed by further text; a quote inside a quoted cell is written twice</source>
        <translation>右引号后面还有文字；带引号的单元格内，引号要写两次</translation>
    </message>
    <message>
        <source>a quote is opened here and not closed (looked up to line %1); reading goes on with line %2</source>
        <translation>此处的引号没有闭合（查到第 %1 行）；从第 %2 行继续读取</translation>
    </message>
    <message>
        <source>the row has %1 of %2 columns: %3</source>
        <translation>该行只有 %1 列，应有 %2 列：%3</translation>
    </message>
    <message>
        <source>the row has %1 columns where %2 are expected: text that holds the delimiter needs quotes</source>
        <translation>该行有 %1 列，应有 %2 列：含分隔符的文字需要加引号</translation>
    </message>
    <message>
        <source>the row is not valid JSON: %1</source>
        <translation>该行不是有效的 JSON：%1</translation>
    </message>
    <message>
        <source>the row is not a JSON object: %1</source>
        <translation>该行不是 JSON 对象：%1</translation>
    </message>
    <message>
        <source>the file ends inside the JSON array</source>
        <translation>文件在 JSON 数组中间结束</translation>
    </message>
    <message>
        <source>there is further text after the end of the JSON array</source>
        <translation>JSON 数组结束之后还有内容</translation>
    </message>
    <message>
        <source>the row has no %1</source>
        <translation>该行没有 %1</translation>
    </message>
    <message>
        <source>the text is %1, not a string: %2</source>
        <translation>文本是 %1，不是字符串：%2</translation>
    </message>
    <message>
        <source>the label is %1, not a string or a number: %2</source>
        <translation>标签是 %1，不是字符串或数字：%2</translation>
    </message>
    <message>
        <source>static embeddings</source>
        <translation>静态词嵌入</translation>
    </message>
    <message numerus="yes">
        <source>shrunken transformer, %n layers</source>
        <translation>
            <numerusform>缩减的 Transformer，%n 层</numerusform>
        </translation>
    </message>
    <message>
        <source>shrunken transformer</source>
        <translation>缩减的 Transformer</translation>
    </message>
    <message>
        <source>training the student</source>
        <translation>训练学生</translation>
    </message>
    <message>
        <source>Reading or writing failed.</source>
        <translation>读取或写入失败。</translation>
    </message>
    <message>
        <source>writing the weights</source>
        <translation>写入权重</translation>
    </message>
    <message>
        <source>merging the adapter</source>
        <translation>合并适配器</translation>
    </message>
    <message>
        <source>proving what was written</source>
        <translation>验证写入的内容</translation>
    </message>
    <message numerus="yes">
        <source>tensors</source>
        <translation>
            <numerusform>个张量</numerusform>
        </translation>
    </message>
    <message>
        <source>Add to %1</source>
        <extracomment>Title of a job; %1 the name of a knowledge base</extracomment>
        <translation>添加到 %1</translation>
    </message>
    <message>
        <source>Sync %1</source>
        <extracomment>Title of a job that brings a knowledge base in step with its folders; %1 its name</extracomment>
        <translation>同步 %1</translation>
    </message>
    <message>
        <source>Re-embed %1</source>
        <extracomment>Title of a job that makes the vectors of a knowledge base anew; %1 its name</extracomment>
        <translation>重新向量化 %1</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>读取中</translation>
    </message>
    <message numerus="yes">
        <source>chunks</source>
        <translation>
            <numerusform>文本块</numerusform>
        </translation>
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
    <name>triptych::ui::AnswersForm</name>
    <message>
        <source>A number above 0, or nothing.</source>
        <translation>大于 0 的数，或留空。</translation>
    </message>
    <message>
        <source>Open</source>
        <extracomment>The question is not answered: measurements or the default decide</extracomment>
        <translation>未定</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Knowledge changes every</source>
        <translation>知识更新间隔</translation>
    </message>
    <message>
        <source>Largest size</source>
        <translation>最大体积</translation>
    </message>
    <message>
        <source>Longest time of one answer</source>
        <translation>单次回答的最长时间</translation>
    </message>
    <message>
        <source>days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>open</source>
        <translation>未定</translation>
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
    <name>triptych::ui::ChunkEditor</name>
    <message>
        <source>Embedding the chunk…</source>
        <translation>正在计算该文本块的向量…</translation>
    </message>
    <message>
        <source>Switched off: it is kept and never found.</source>
        <translation>已停用：保留但不会被检索到。</translation>
    </message>
    <message>
        <source>Edited: it is searched as it stands here; the document keeps its text.</source>
        <translation>已编辑：按此处的文字检索；文档原文不变。</translation>
    </message>
    <message>
        <source>Text of the chunk</source>
        <translation>文本块的文字</translation>
    </message>
    <message>
        <source>Save the text</source>
        <translation>保存文字</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>还原</translation>
    </message>
    <message>
        <source>Take the text that stands in the document</source>
        <translation>恢复为文档中的原文</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Chunk %1 · %2 tokens</source>
        <translation>文本块 %1 · %2 词元</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunkTextView</name>
    <message>
        <source>%1 tokens</source>
        <extracomment>Beside the text of a chunk; short</extracomment>
        <translation>%1 词元</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunkerForm</name>
    <message>
        <source>recursive</source>
        <extracomment>A way of cutting documents: at the best place that fits</extracomment>
        <translation>递归</translation>
    </message>
    <message>
        <source>heading-aware</source>
        <translation>按标题</translation>
    </message>
    <message>
        <source>whole sentences</source>
        <translation>整句</translation>
    </message>
    <message>
        <source>by meaning</source>
        <translation>按语义</translation>
    </message>
    <message>
        <source>fixed length</source>
        <translation>固定长度</translation>
    </message>
    <message>
        <source>whole document</source>
        <translation>整篇文档</translation>
    </message>
    <message>
        <source>As much as fits, up to the best place to cut: paragraph, line, sentence, word</source>
        <translation>尽量装满，并在最合适处切分：段落、行、句子、词</translation>
    </message>
    <message>
        <source>Never across a heading; inside a section as recursive</source>
        <translation>不跨越标题；章节内部按递归方式</translation>
    </message>
    <message>
        <source>Whole sentences, as many as fit</source>
        <translation>只取整句，尽量多放</translation>
    </message>
    <message>
        <source>Cut where neighbouring sentences differ most in meaning; needs an embedder</source>
        <translation>在相邻句子语义差别最大处切分；需要向量模型</translation>
    </message>
    <message>
        <source>So many tokens, wherever that is</source>
        <translation>按固定词元数切分，不论位置</translation>
    </message>
    <message>
        <source>Every document is one chunk</source>
        <translation>每篇文档为一个文本块</translation>
    </message>
    <message>
        <source>%1 · %2 tokens · overlap %3</source>
        <translation>%1 · %2 词元 · 重叠 %3</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>切分</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>重叠</translation>
    </message>
    <message>
        <source>How documents are cut</source>
        <translation>文档的切分方式</translation>
    </message>
    <message>
        <source>Tokens a chunk has at most</source>
        <translation>每个文本块的最多词元数</translation>
    </message>
    <message>
        <source>Tokens of the chunk before that come again</source>
        <translation>与前一文本块重复的词元数</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ChunksCard</name>
    <message>
        <source>“%1” is not in the base.</source>
        <translation>“%1”不在知识库中。</translation>
    </message>
    <message>
        <source>It may have failed to be read, or was taken out.</source>
        <translation>可能读取失败，或已被移出。</translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n 个文本块</numerusform>
        </translation>
    </message>
    <message>
        <source>half of them above %1 tokens</source>
        <translation>半数超过 %1 词元</translation>
    </message>
    <message>
        <source>Preview: %1 instead of %2 chunks</source>
        <translation>预览：%1 个文本块（现为 %2 个）</translation>
    </message>
    <message>
        <source>of the text&apos;s beginning</source>
        <translation>（仅文本开头部分）</translation>
    </message>
    <message numerus="yes">
        <source>%n edited</source>
        <translation>
            <numerusform>%n 个已编辑</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n switched off</source>
        <translation>
            <numerusform>%n 个已停用</numerusform>
        </translation>
    </message>
    <message>
        <source>Cutting…</source>
        <translation>正在切分…</translation>
    </message>
    <message>
        <source>Reading the text…</source>
        <translation>正在读取文本…</translation>
    </message>
    <message>
        <source>Choose a document, or a hit of the search: its text is shown here with its chunks drawn in it.</source>
        <translation>选择一篇文档或一条检索结果：此处显示其文本及文本块边界。</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>文本块</translation>
    </message>
    <message>
        <source>Source text with its chunks</source>
        <translation>带文本块边界的原文</translation>
    </message>
    <message>
        <source>Tokens a chunk</source>
        <translation>每个文本块的词元数</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>chunks</source>
        <translation>文本块</translation>
    </message>
    <message>
        <source>No chunks</source>
        <translation>没有文本块</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Documents are cut when they are read. A second base is made from the same files with these settings; this one stays, so that the two can be compared.</source>
        <translation>文档在读取时切分。将用这些设置从相同文件建立第二个知识库；当前的保留，便于两者对比。</translation>
    </message>
    <message>
        <source>Make a base with these…</source>
        <translation>用这些设置建库…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>triptych::ui::CommandLine</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>The same on the command line</source>
        <translation>等价的命令行</translation>
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
    <name>triptych::ui::ComparePage</name>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message numerus="yes">
        <source>%1 · %n measured runs on the same test rows</source>
        <translation>
            <numerusform>%1 · 相同测试数据上的 %n 次实测运行</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 − %2</source>
        <extracomment>Two runs that are set against each other</extracomment>
        <translation>%1 − %2</translation>
    </message>
    <message>
        <source>%1 [%2, %3]</source>
        <translation>%1 [%2, %3]</translation>
    </message>
    <message>
        <source>Only %1 is right (%2)</source>
        <translation>仅 %1 正确（%2）</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Delete runs</source>
        <translation>删除运行</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n runs?</source>
        <translation>
            <numerusform>删除 %n 次运行？</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: the models, checkpoints, predictions and curves of these runs are lost.</source>
        <translation>%1：这些运行的模型、检查点、预测和曲线将会丢失。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>No run fits the filter.</source>
        <translation>没有符合筛选条件的运行。</translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation>筛选运行</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Deletes the selected runs</source>
        <translation>删除所选运行</translation>
    </message>
    <message>
        <source>Quality, latency and size</source>
        <translation>质量、延迟与体积</translation>
    </message>
    <message>
        <source>p50 latency</source>
        <translation>p50 延迟</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>size of a mark: bytes to serve</source>
        <translation>标记大小：部署所需字节数</translation>
    </message>
    <message>
        <source>Each run becomes a point.</source>
        <translation>每次运行成为一个点。</translation>
    </message>
    <message>
        <source>Learning curves</source>
        <translation>学习曲线</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation>验证准确率</translation>
    </message>
    <message>
        <source>fraction</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Select fine-tuned or distilled runs to lay their curves over each other.</source>
        <translation>选择微调或蒸馏运行，即可叠加它们的曲线。</translation>
    </message>
    <message>
        <source>Paired tests</source>
        <translation>配对检验</translation>
    </message>
    <message>
        <source>Select two or more runs (Ctrl+click): their answers to the same test rows are compared row by row.</source>
        <translation>选择两次或更多运行（Ctrl+单击）：逐条比较它们在相同测试数据上的回答。</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>配对</translation>
    </message>
    <message>
        <source>Accuracy, points</source>
        <translation>准确率（百分点）</translation>
    </message>
    <message>
        <source>p (Holm)</source>
        <translation>p（Holm 校正）</translation>
    </message>
    <message>
        <source>Macro F1, points</source>
        <translation>宏平均 F1（百分点）</translation>
    </message>
    <message>
        <source>only one right</source>
        <translation>仅一方正确</translation>
    </message>
    <message>
        <source>Rows that differ</source>
        <translation>有差异的数据</translation>
    </message>
    <message>
        <source>With two runs selected, the test rows that only one of them gets right are listed here.</source>
        <translation>选中两次运行后，这里列出仅一方答对的测试数据。</translation>
    </message>
    <message>
        <source>Which run is right</source>
        <translation>哪次运行正确</translation>
    </message>
    <message>
        <source>Nothing to compare yet</source>
        <translation>还没有可对比的内容</translation>
    </message>
    <message>
        <source>Every measured run of this data set becomes a line of the table and a point of the chart.</source>
        <translation>此数据集的每次实测运行都会成为表中的一行和图中的一个点。</translation>
    </message>
    <message>
        <source>Measure on the Overview</source>
        <translation>在总览页测量</translation>
    </message>
    <message>
        <source>“%1” has nothing to compare: it is %2.</source>
        <translation>“%1”没有可比较的结果：当前状态为%2。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::CreateBaseCard</name>
    <message>
        <source>documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.</source>
        <translation>名称须为 1 至 100 字节，不含斜杠和不可见字符，首尾无空格，且不以点或短横开头。</translation>
    </message>
    <message>
        <source>There is a knowledge base of this name. Choose another.</source>
        <translation>已有同名知识库，请换一个名称。</translation>
    </message>
    <message>
        <source>Cutting by meaning needs an embedder. Choose one, or cut in another way.</source>
        <translation>按语义切分需要向量模型。请选择一个，或改用其他切分方式。</translation>
    </message>
    <message>
        <source>Then goes in: %1</source>
        <translation>随后加入：%1</translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n 个文本块</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens in all, %2 a chunk</source>
        <translation>共 %1 词元，每块 %2</translation>
    </message>
    <message>
        <source>of the text&apos;s beginning</source>
        <translation>（仅文本开头部分）</translation>
    </message>
    <message>
        <source>Choose a document as a sample</source>
        <translation>选择一篇文档作为样例</translation>
    </message>
    <message>
        <source>New knowledge base</source>
        <translation>新建知识库</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the knowledge base</source>
        <translation>知识库名称</translation>
    </message>
    <message>
        <source>Embedder</source>
        <translation>向量模型</translation>
    </message>
    <message>
        <source>What makes the vectors</source>
        <translation>用什么计算向量</translation>
    </message>
    <message>
        <source>Vectors in 8 bits a value</source>
        <translation>向量每个值用 8 位</translation>
    </message>
    <message>
        <source>A quarter of the space, nearly the same ranking</source>
        <translation>占用四分之一的空间，排序几乎不变</translation>
    </message>
    <message>
        <source>Make the base</source>
        <translation>建立知识库</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>样例</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Paste a text here: where it would be cut is drawn below.</source>
        <translation>在此粘贴一段文字：下方显示切分位置。</translation>
    </message>
    <message>
        <source>A text as a sample</source>
        <translation>样例文字</translation>
    </message>
    <message>
        <source>The sample with its chunks</source>
        <translation>样例及其文本块</translation>
    </message>
</context>
<context>
    <name>triptych::ui::DatasetPicker</name>
    <message>
        <source>Data set</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>The data set that this page works on</source>
        <translation>此页使用的数据集</translation>
    </message>
</context>
<context>
    <name>triptych::ui::DatasetsPage</name>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>%1
%2 rows · %3 labels</source>
        <translation>%1
%2 条 · %3 个标签</translation>
    </message>
    <message>
        <source>No data set in this workspace yet</source>
        <translation>此工作区还没有数据集</translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation>没有打开的工作区</translation>
    </message>
    <message>
        <source>%1 · %2 rows: %3 train, %4 dev, %5 test · imported %6</source>
        <translation>%1 · %2 条：训练 %3，验证 %4，测试 %5 · 导入于 %6</translation>
    </message>
    <message numerus="yes">
        <source>%n labels</source>
        <translation>
            <numerusform>%n 个标签</numerusform>
        </translation>
    </message>
    <message>
        <source>about 64 tokens</source>
        <translation>约 64 个词元</translation>
    </message>
    <message>
        <source>%1 of the rows are longer</source>
        <translation>%1 的数据更长</translation>
    </message>
    <message>
        <source>Nothing stands out: no text crosses the parts, every label has enough rows.</source>
        <translation>没有异常：没有文本跨越各部分，每个标签的数据都足够。</translation>
    </message>
    <message>
        <source>In more than one part: %1</source>
        <translation>出现在多个部分：%1</translation>
    </message>
    <message numerus="yes">
        <source>%n rows</source>
        <translation>
            <numerusform>%n 条</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n rows found</source>
        <translation>
            <numerusform>找到 %n 条</numerusform>
        </translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation>没有打开的工作区。</translation>
    </message>
    <message>
        <source>Open or make one first; the file then goes into it.</source>
        <translation>请先打开或新建一个；文件随后导入其中。</translation>
    </message>
    <message>
        <source>Rename the data set</source>
        <translation>重命名数据集</translation>
    </message>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
    <message>
        <source>“%1” is in use by a job that runs.</source>
        <translation>“%1”正被运行中的任务使用。</translation>
    </message>
    <message>
        <source>Wait for its end, or cancel it.</source>
        <translation>请等待其结束，或取消它。</translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation>移除“%1”？</translation>
    </message>
    <message>
        <source>Remove the data set “%1”?</source>
        <translation>移除数据集“%1”？</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Import a file…</source>
        <translation>导入文件…</translation>
    </message>
    <message>
        <source>Data sets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Drop a labelled file here: JSON lines, CSV or TSV</source>
        <translation>把标注文件拖到这里：JSON Lines、CSV 或 TSV</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>还没有数据</translation>
    </message>
    <message>
        <source>Import a file with a text and a label in each row. Its labels, lengths, duplicates and rows will be seen here.</source>
        <translation>导入每行含一条文本和一个标签的文件。标签、长度、重复和各行将显示在这里。</translation>
    </message>
    <message>
        <source>To know before training</source>
        <translation>训练前须知</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>条</translation>
    </message>
    <message>
        <source>No labels</source>
        <translation>没有标签</translation>
    </message>
    <message>
        <source>Length of the texts</source>
        <translation>文本长度</translation>
    </message>
    <message>
        <source>length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>characters</source>
        <translation>字符</translation>
    </message>
    <message>
        <source>Counting characters…</source>
        <translation>正在统计字符…</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Find in texts and labels</source>
        <translation>在文本和标签中查找</translation>
    </message>
    <message>
        <source>What the labels mean</source>
        <translation>标签的含义</translation>
    </message>
    <message>
        <source>Labelled data (*.jsonl *.ndjson *.json *.csv *.tsv *.tab *.txt);;All files (*)</source>
        <translation>标注数据 (*.jsonl *.ndjson *.json *.csv *.tsv *.tab *.txt);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Another file is being imported.</source>
        <translation>正在导入另一个文件。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::DistillationPage</name>
    <message>
        <source>The teacher is weak: it reaches %1, the student without a teacher %2. Fine-tune a better one first.</source>
        <translation>教师偏弱：它达到 %1，而无教师的学生达到 %2。请先微调一个更好的教师。</translation>
    </message>
    <message>
        <source>The teacher&apos;s help is not certain: student minus control is %1 points, 95 % interval %2 to %3.</source>
        <translation>教师的帮助尚不确定：学生减对照为 %1 个百分点，95% 区间 %2 至 %3。</translation>
    </message>
    <message>
        <source>Distil</source>
        <translation>蒸馏</translation>
    </message>
    <message>
        <source>There is no teacher yet: fine-tune a model on the Fine-tune page first.</source>
        <translation>还没有教师：请先在微调页微调一个模型。</translation>
    </message>
    <message>
        <source>One of the two loss weights must be above 0.</source>
        <translation>两个损失权重至少有一个须大于 0。</translation>
    </message>
    <message>
        <source>Student · teacher · control</source>
        <translation>学生 · 教师 · 对照</translation>
    </message>
    <message>
        <source>Accuracy on the same test rows</source>
        <translation>相同测试数据上的准确率</translation>
    </message>
    <message>
        <source>Retention</source>
        <translation>精度保留率</translation>
    </message>
    <message>
        <source>The student&apos;s accuracy as a share of the teacher&apos;s</source>
        <translation>学生准确率占教师准确率的比例</translation>
    </message>
    <message>
        <source>Speed-up</source>
        <translation>加速比</translation>
    </message>
    <message>
        <source>Median time of one text, teacher over student</source>
        <translation>单条文本的中位时间，教师比学生</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>体积</translation>
    </message>
    <message>
        <source>%1 of %2 (%3)</source>
        <translation>%1 / %2（%3）</translation>
    </message>
    <message>
        <source>Bytes to serve, student and teacher</source>
        <translation>部署所需字节数，学生与教师</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Student and control, without the teacher&apos;s own training</source>
        <translation>学生与对照，不含教师自身的训练</translation>
    </message>
    <message>
        <source>Student minus control: %1 points, 95 % interval %2 to %3, p = %4</source>
        <translation>学生减对照：%1 个百分点，95% 区间 %2 至 %3，p = %4</translation>
    </message>
    <message>
        <source>The middle of the scale is no difference.</source>
        <translation>刻度中点表示没有差异。</translation>
    </message>
    <message>
        <source>Teacher</source>
        <translation>教师</translation>
    </message>
    <message>
        <source>Student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>The same student is always trained a second time from the labels alone: this control shows what the teacher adds.</source>
        <translation>同样的学生总会只用标签再训练一次：这个对照显示教师带来了什么。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Weight of the teacher</source>
        <translation>教师权重</translation>
    </message>
    <message>
        <source>Weight of the labels</source>
        <translation>标签权重</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批大小</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Longest text, tokens</source>
        <translation>最长文本（词元）</translation>
    </message>
    <message>
        <source>Unlabelled variants of a text</source>
        <translation>每条文本的无标注变体</translation>
    </message>
    <message>
        <source>Share of variants in a step</source>
        <translation>每步中变体的比例</translation>
    </message>
    <message>
        <source>Words hidden, share</source>
        <translation>隐藏词的比例</translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation>随机失活</translation>
    </message>
    <message>
        <source>Width of a word</source>
        <translation>词向量维度</translation>
    </message>
    <message>
        <source>Filters of a width</source>
        <translation>每种宽度的滤波器数</translation>
    </message>
    <message>
        <source>Steps between dev looks (0: an epoch)</source>
        <translation>验证间隔步数（0：每轮）</translation>
    </message>
    <message>
        <source>Stop after dev looks without gain (0: never)</source>
        <translation>连续多少次验证无提升即停止（0：从不）</translation>
    </message>
    <message>
        <source>What the student keeps</source>
        <translation>学生保住了多少</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>奈特</translation>
    </message>
    <message>
        <source>student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>control</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>smoothed, raw beneath</source>
        <translation>已平滑，下方为原始值</translation>
    </message>
    <message>
        <source>Training loss of the student and of the control is drawn here while they learn.</source>
        <translation>学习过程中，这里绘制学生和对照的训练损失。</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>dev accuracy</source>
        <translation>验证准确率</translation>
    </message>
    <message>
        <source>fraction</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Accuracy on the dev rows, student against control.</source>
        <translation>验证数据上的准确率，学生与对照。</translation>
    </message>
    <message>
        <source>by the method</source>
        <translation>由方法决定</translation>
    </message>
    <message>
        <source>Whose soft targets this student learnt from</source>
        <translation>该学生学习了谁的软目标</translation>
    </message>
    <message>
        <source>Its architecture; the control has the same</source>
        <translation>学生的结构；对照与之相同</translation>
    </message>
    <message>
        <source>Width of a direction</source>
        <translation>单向宽度</translation>
    </message>
    <message>
        <source>LSTM layers</source>
        <translation>LSTM 层数</translation>
    </message>
    <message>
        <source>Width before the last layer (0: none)</source>
        <translation>末层之前的宽度（0：无）</translation>
    </message>
    <message>
        <source>Layers kept (0: half)</source>
        <translation>保留的层数（0：一半）</translation>
    </message>
    <message>
        <source>Expert settings</source>
        <translation>专家设置</translation>
    </message>
    <message>
        <source>The largest value of each feature finds single words that tell; the mean weighs the whole text.</source>
        <translation>每个特征取最大值，能找出起决定作用的单个词；取平均则衡量整段文本。</translation>
    </message>
    <message>
        <source>The table of pieces is most of a small student. Words that no training row has are then spelt in single characters; only for WordPiece vocabularies, as BERT has.</source>
        <translation>小学生模型的大部分是词片表。精简后，训练数据中没有的词将逐字符拼出；仅适用于 BERT 那样的 WordPiece 词表。</translation>
    </message>
    <message>
        <source>From the words to one vector</source>
        <translation>由各词到一个向量</translation>
    </message>
    <message>
        <source>the largest of all words</source>
        <translation>取所有词的最大值</translation>
    </message>
    <message>
        <source>the mean of all words</source>
        <translation>取所有词的平均值</translation>
    </message>
    <message>
        <source>Know only the pieces of the training rows</source>
        <translation>只保留训练数据中的词片</translation>
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
    <name>triptych::ui::DocumentsCard</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>No knowledge base is chosen.</source>
        <translation>未选择知识库。</translation>
    </message>
    <message>
        <source>No documents yet. Text, Markdown, HTML, PDF, Word, Excel, tables, JSON and source code can go in.</source>
        <translation>还没有文档。可加入文本、Markdown、HTML、PDF、Word、Excel、表格、JSON 和源代码。</translation>
    </message>
    <message numerus="yes">
        <source>Try %n failed again</source>
        <translation>
            <numerusform>重试 %n 个失败的</numerusform>
        </translation>
    </message>
    <message>
        <source>Show chunks</source>
        <translation>显示文本块</translation>
    </message>
    <message>
        <source>Open the file</source>
        <translation>打开文件</translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation>标签…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Take out of the base</source>
        <translation>移出知识库</translation>
    </message>
    <message>
        <source>No program opens “%1”.</source>
        <translation>没有程序能打开“%1”。</translation>
    </message>
    <message>
        <source>Its text is shown with its chunks.</source>
        <translation>已显示其文本及文本块。</translation>
    </message>
    <message>
        <source>Tags of “%1”, with commas between them</source>
        <translation>“%1”的标签，用逗号分隔</translation>
    </message>
    <message numerus="yes">
        <source>Tags of %n documents, with commas between them</source>
        <translation>
            <numerusform>%n 篇文档的标签，用逗号分隔</numerusform>
        </translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>“%1” is out of the base.</source>
        <translation>“%1”已移出知识库。</translation>
    </message>
    <message numerus="yes">
        <source>%n documents are out of the base.</source>
        <translation>
            <numerusform>%n 篇文档已移出知识库。</numerusform>
        </translation>
    </message>
    <message>
        <source>The files stay. In a folder that was added, the next sync reads them again unless they are moved.</source>
        <translation>文件保留。若位于已添加的文件夹中，除非移走，否则下次同步会再次读取。</translation>
    </message>
    <message>
        <source>The file stays.</source>
        <translation>文件保留。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Find by name, type or tag</source>
        <translation>按名称、类型或标签查找</translation>
    </message>
    <message>
        <source>Find documents</source>
        <translation>查找文档</translation>
    </message>
    <message>
        <source>Drop files or folders here</source>
        <translation>将文件或文件夹拖到此处</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>选择文件…</translation>
    </message>
</context>
<context>
    <name>triptych::ui::DocumentsModel</name>
    <message>
        <source>indexed</source>
        <extracomment>State of a document: it can be found and is as its file</extracomment>
        <translation>已索引</translation>
    </message>
    <message>
        <source>changed since it was read</source>
        <translation>读取后已更改</translation>
    </message>
    <message>
        <source>its file is gone</source>
        <translation>文件已不存在</translation>
    </message>
    <message>
        <source>could not be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>being read</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>failed</source>
        <extracomment>Of a document that could not be read, where else the number of its chunks stands</extracomment>
        <translation>失败</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>文本块</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
</context>
<context>
    <name>triptych::ui::EndpointsCard</name>
    <message>
        <source>vectors of %1</source>
        <translation>%1 的向量</translation>
    </message>
    <message>
        <source>texts of %1</source>
        <translation>%1 的文本</translation>
    </message>
    <message>
        <source>Name, address and model are needed.</source>
        <translation>需要名称、地址和模型。</translation>
    </message>
    <message>
        <source>There is an endpoint of this name.</source>
        <translation>已有同名端点。</translation>
    </message>
    <message>
        <source>The key is needed.</source>
        <translation>需要密钥。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Keep the key</source>
        <translation>保存密钥</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>Gives vectors of %1 numbers, after %2.</source>
        <translation>给出 %1 维向量，用时 %2。</translation>
    </message>
    <message>
        <source>Answers “%1”, the first word after %2.</source>
        <translation>回答“%1”，%2 后开始。</translation>
    </message>
    <message>
        <source>The keychain has the key for %1.</source>
        <translation>%1 的密钥已存入密钥环。</translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation>移除“%1”？</translation>
    </message>
    <message>
        <source>Remove the endpoint “%1”?</source>
        <translation>移除端点“%1”？</translation>
    </message>
    <message>
        <source>It is taken off the record, and its key out of the keychain. Its server is not told.</source>
        <translation>将从记录中移除，并从密钥环中删除其密钥。不会通知服务器。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Endpoints</source>
        <translation>端点</translation>
    </message>
    <message>
        <source>Servers with OpenAI&apos;s interface that write texts or give vectors: on this machine, in your network, or of a provider.</source>
        <translation>兼容 OpenAI 接口、生成文本或给出向量的服务器：在本机、在您的网络中，或由服务商提供。</translation>
    </message>
    <message>
        <source>Servers with OpenAI&apos;s interface belong to a workspace: open one to add them.</source>
        <translation>兼容 OpenAI 接口的服务器属于工作区：请先打开一个工作区再添加。</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Add an endpoint</source>
        <translation>添加端点</translation>
    </message>
    <message>
        <source>Test the endpoint</source>
        <translation>测试端点</translation>
    </message>
    <message>
        <source>Key…</source>
        <translation>密钥…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Remove the endpoint</source>
        <translation>移除端点</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Model, as the server calls it</source>
        <translation>模型（服务器所用的名称）</translation>
    </message>
    <message>
        <source>Gives vectors, not texts</source>
        <translation>给出向量而非文本</translation>
    </message>
    <message>
        <source>Key, if the server wants one</source>
        <translation>密钥（若服务器需要）</translation>
    </message>
    <message>
        <source>It is kept in the keychain of your desktop, never in the workspace.</source>
        <translation>密钥保存在桌面的密钥环中，绝不写入工作区。</translation>
    </message>
    <message>
        <source>Name of the endpoint</source>
        <translation>端点名称</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>Stop the test</source>
        <translation>停止测试</translation>
    </message>
</context>
<context>
    <name>triptych::ui::EvaluationCard</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩余 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n question(s)</source>
        <translation>
            <numerusform>%n 个问题</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n 个文本块</numerusform>
        </translation>
    </message>
    <message>
        <source>Best for these questions: chunks of %1 tokens with an overlap of %2.</source>
        <translation>对这些问题最佳：文本块 %1 词元，重叠 %2。</translation>
    </message>
    <message>
        <source>How well does it find?</source>
        <translation>检索效果</translation>
    </message>
    <message>
        <source>Drop questions with known answers here: a BEIR folder or a SQuAD file</source>
        <translation>将带答案的问题拖到此处：BEIR 文件夹或 SQuAD 文件</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>SQuAD questions (*.json);;All files (*)</source>
        <translation>SQuAD 问题 (*.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Folder or file with the questions</source>
        <translation>问题所在的文件夹或文件</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>问题数</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Questions to ask</source>
        <translation>提问数量</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Try chunk sizes</source>
        <translation>试不同块大小</translation>
    </message>
    <message>
        <source>Measures recall@5 for several chunk sizes and overlaps; the base stays as it is</source>
        <translation>对多种块大小和重叠测量 recall@5；知识库保持不变</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Recall by number of hits</source>
        <translation>召回率与结果数</translation>
    </message>
    <message>
        <source>hits k</source>
        <translation>结果数 K</translation>
    </message>
    <message>
        <source>recall@k</source>
        <translation>召回率@K</translation>
    </message>
    <message>
        <source>No measurement yet</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>hybrid</source>
        <translation>混合</translation>
    </message>
    <message>
        <source>dense</source>
        <translation>稠密</translation>
    </message>
    <message>
        <source>lexical</source>
        <translation>词法</translation>
    </message>
    <message>
        <source>Recall@5 by chunk size and overlap</source>
        <translation>不同块大小与重叠的召回率@5</translation>
    </message>
    <message>
        <source>chunk size</source>
        <translation>块大小</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>overlap</source>
        <translation>重叠</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ExamplesModel</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ExportCard</name>
    <message>
        <source>Hugging Face folder, weights as stored</source>
        <translation>Hugging Face 文件夹，权重保持原样</translation>
    </message>
    <message>
        <source>Hugging Face folder, weights in %1</source>
        <translation>Hugging Face 文件夹，权重为 %1</translation>
    </message>
    <message>
        <source>GGUF file for llama.cpp, weights in %1</source>
        <translation>供 llama.cpp 使用的 GGUF 文件，权重为 %1</translation>
    </message>
    <message>
        <source>Export to a file</source>
        <translation>导出为文件</translation>
    </message>
    <message>
        <source>GGUF files (*.gguf)</source>
        <translation>GGUF 文件 (*.gguf)</translation>
    </message>
    <message>
        <source>Export to a new folder</source>
        <translation>导出到新文件夹</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Written to %1 (%2). A second process opened it and gave the same for %3 prompts.</source>
        <translation>已写入 %1（%2）。另一个进程打开了它，对 %3 个提示给出了相同的结果。</translation>
    </message>
    <message>
        <source>What rounding the weights costs: a mean KL divergence of %1 nats from the source.</source>
        <translation>权重舍入的代价：与来源的平均 KL 散度为 %1 奈特。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export “%1”</source>
        <translation>导出“%1”</translation>
    </message>
    <message>
        <source>As</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>Form of the export</source>
        <translation>导出形式</translation>
    </message>
    <message>
        <source>To</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Place of the export</source>
        <translation>导出位置</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>A note of the export: %1</source>
        <translation>导出说明：%1</translation>
    </message>
    <message>
        <source>There is something at this place already, and nothing is written over. Choose another.</source>
        <translation>此位置已有内容，且不会被覆盖。请另选位置。</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
</context>
<context>
    <name>triptych::ui::HitList</name>
    <message>
        <source>%1 · page %2</source>
        <translation>%1 · 第 %2 页</translation>
    </message>
    <message>
        <source>Cosine %1</source>
        <translation>余弦 %1</translation>
    </message>
    <message>
        <source>BM25 %1</source>
        <translation>BM25 %1</translation>
    </message>
    <message>
        <source>Words: %1</source>
        <translation>词：%1</translation>
    </message>
    <message>
        <source>dense #%1</source>
        <translation>稠密 第%1</translation>
    </message>
    <message>
        <source>lexical #%1</source>
        <translation>词法 第%1</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ImportCard</name>
    <message>
        <source>A name has 1 to 100 bytes, no slash, no invisible character, no blank at either end, and does not begin with a dot or a dash.</source>
        <translation>名称为 1 到 100 字节，不含斜杠和不可见字符，首尾没有空格，且不以点或短横开头。</translation>
    </message>
    <message>
        <source>%1 is fetched and checked. What is cancelled goes on the next time where it ended.</source>
        <translation>正在获取并校验 %1。取消后，下次从中断处继续。</translation>
    </message>
    <message>
        <source>%1 is checked and copied into the workspace.</source>
        <translation>将检查 %1 并复制到工作区。</translation>
    </message>
    <message>
        <source>%1 is checked and copied into this user&apos;s models.</source>
        <translation>将检查 %1 并复制到本用户的模型中。</translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation>导入模型</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>模型名称</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ImportPanel</name>
    <message>
        <source>Reading the file…</source>
        <translation>正在读取文件…</translation>
    </message>
    <message numerus="yes">
        <source>%n rows would be left out</source>
        <translation>
            <numerusform>将略去 %n 条</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 rows read as %2: %3 accepted, %4 left out, %5 labels</source>
        <translation>按 %2 读取 %1 条：接受 %3，略去 %4，%5 个标签</translation>
    </message>
    <message>
        <source>The file cannot be imported like this.</source>
        <translation>文件无法这样导入。</translation>
    </message>
    <message>
        <source>A name is needed.</source>
        <translation>需要一个名称。</translation>
    </message>
    <message>
        <source>There is a data set of this name. Choose another, or add the file to one part of it.</source>
        <translation>已有同名数据集。请换一个名称，或把文件加到它的某个部分。</translation>
    </message>
    <message>
        <source>The shares add up to %1 %, not to 100 %.</source>
        <translation>各部分合计 %1%，而不是 100%。</translation>
    </message>
    <message>
        <source>Save the problems</source>
        <translation>保存问题列表</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of the data set</source>
        <translation>数据集名称</translation>
    </message>
    <message>
        <source>Text is in</source>
        <translation>文本所在列</translation>
    </message>
    <message>
        <source>Label is in</source>
        <translation>标签所在列</translation>
    </message>
    <message>
        <source>Column of the text</source>
        <translation>文本列</translation>
    </message>
    <message>
        <source>Column of the label</source>
        <translation>标签列</translation>
    </message>
    <message>
        <source>The first row names the columns</source>
        <translation>第一行是列名</translation>
    </message>
    <message>
        <source>First rows of the file</source>
        <translation>文件的前几行</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>Split by shares</source>
        <translation>按比例划分</translation>
    </message>
    <message>
        <source>Whole file into one part</source>
        <translation>整个文件归入一个部分</translation>
    </message>
    <message>
        <source>Part that takes the file</source>
        <translation>接收文件的部分</translation>
    </message>
    <message>
        <source>train · dev · test</source>
        <translation>训练 · 验证 · 测试</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Share of the training rows</source>
        <translation>训练数据比例</translation>
    </message>
    <message>
        <source>Share of the dev rows</source>
        <translation>验证数据比例</translation>
    </message>
    <message>
        <source>Share of the test rows</source>
        <translation>测试数据比例</translation>
    </message>
    <message>
        <source>Seed of the split</source>
        <translation>划分的种子</translation>
    </message>
    <message>
        <source>Rows that would be left out</source>
        <translation>将略去的行</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the problems</source>
        <translation>复制问题列表</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Progress of the import</source>
        <translation>导入进度</translation>
    </message>
    <message>
        <source>The import was stopped; nothing of it was stored.</source>
        <translation>导入已停止，没有存入任何内容。</translation>
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
    <message>
        <source>Only the record of the run is deleted; the knowledge base &quot;%1&quot; stays as it is.</source>
        <translation>只删除运行记录；知识库“%1”保持不变。</translation>
    </message>
    <message>
        <source>No job has run here yet. What trains, measures or reads documents shows up here, with its rate and the time it still needs.</source>
        <translation>还没有任务运行。训练、测量或读取文档的任务会显示在这里，并给出速度和剩余时间。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::KnowledgePage</name>
    <message>
        <source>fresh %1 s ago</source>
        <translation>%1 秒前为最新</translation>
    </message>
    <message>
        <source>fresh %1 min ago</source>
        <translation>%1 分钟前为最新</translation>
    </message>
    <message>
        <source>fresh at %1</source>
        <translation>%1 为最新</translation>
    </message>
    <message>
        <source>Knowledge</source>
        <translation>知识库</translation>
    </message>
    <message>
        <source>Knowledge · %1</source>
        <translation>知识库 · %1</translation>
    </message>
    <message>
        <source>No knowledge base yet</source>
        <translation>还没有知识库</translation>
    </message>
    <message>
        <source>A knowledge base makes files and folders searchable: by words, by meaning, and by both. Its documents, chunks and how well it finds will be seen here.</source>
        <translation>知识库让文件和文件夹可以按词、按语义或两者结合检索。此处将显示其文档、文本块和检索效果。</translation>
    </message>
    <message>
        <source>Make a knowledge base…</source>
        <translation>建立知识库…</translation>
    </message>
    <message>
        <source>No workspace is open</source>
        <translation>未打开工作区</translation>
    </message>
    <message>
        <source>Open or make one first; knowledge bases lie in it.</source>
        <translation>请先打开或新建一个；知识库保存在其中。</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>No knowledge base in this workspace yet</source>
        <translation>此工作区还没有知识库</translation>
    </message>
    <message>
        <source>This base cannot be read</source>
        <translation>无法读取此知识库</translation>
    </message>
    <message numerus="yes">
        <source>%n documents</source>
        <translation>
            <numerusform>%n 篇文档</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunks</source>
        <translation>
            <numerusform>%n 个文本块</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n 个失败</numerusform>
        </translation>
    </message>
    <message>
        <source>being brought into step</source>
        <translation>正在同步</translation>
    </message>
    <message>
        <source>files have changed since</source>
        <translation>文件此后有变化</translation>
    </message>
    <message numerus="yes">
        <source>watching %n folders</source>
        <translation>
            <numerusform>正在监视 %n 个文件夹</numerusform>
        </translation>
    </message>
    <message>
        <source>watching its files</source>
        <translation>正在监视其文件</translation>
    </message>
    <message>
        <source>Take a snapshot…</source>
        <translation>创建快照…</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Roll back to it…</source>
        <translation>回滚到此快照…</translation>
    </message>
    <message>
        <source>Forget it…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Forget “%1”…</source>
        <translation>移除“%1”…</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>添加文件</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation>未打开工作区。</translation>
    </message>
    <message>
        <source>Re-embed “%1”</source>
        <translation>重新向量化“%1”</translation>
    </message>
    <message numerus="yes">
        <source>Documents, chunks and edits stay. %n chunks get new vectors; the old ones answer until all are made.</source>
        <translation>
            <numerusform>文档、文本块和编辑保留。%n 个文本块将得到新向量；全部完成之前由旧向量应答。</numerusform>
        </translation>
    </message>
    <message>
        <source>Take a snapshot</source>
        <translation>创建快照</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Documents, chunks and edits become what they were. What came since is lost unless a snapshot holds it: take one first to be able to come back. The files stay, and the next sync goes on from there.</source>
        <translation>文档、文本块和编辑将恢复原状。此后的内容若没有快照保存就会丢失：如需返回，请先创建快照。文件保留，下次同步从那里继续。</translation>
    </message>
    <message>
        <source>Roll “%1” back to “%2”?</source>
        <translation>将“%1”回滚到“%2”？</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>回滚</translation>
    </message>
    <message>
        <source>The base as it is now stays. What only this snapshot held cannot be brought back any more.</source>
        <translation>知识库当前内容保留。只由此快照保存的内容将无法恢复。</translation>
    </message>
    <message>
        <source>Forget the snapshot “%1”?</source>
        <translation>移除快照“%1”？</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>移除</translation>
    </message>
    <message numerus="yes">
        <source>%n documents go out of the base, with their edits and tags, and it is not synced any more. The files stay.</source>
        <translation>
            <numerusform>%n 篇文档连同编辑和标签移出知识库，且不再同步。文件保留。</numerusform>
        </translation>
    </message>
    <message>
        <source>Forget “%1”?</source>
        <translation>移除“%1”？</translation>
    </message>
    <message>
        <source>Rename the knowledge base</source>
        <translation>重命名知识库</translation>
    </message>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
    <message numerus="yes">
        <source>%n edited or switched-off chunks</source>
        <translation>
            <numerusform>%n 个已编辑或停用的文本块</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n snapshots</source>
        <translation>
            <numerusform>%n 个快照</numerusform>
        </translation>
    </message>
    <message>
        <source>Lost are %1: %2 in all. The files it was made from stay.</source>
        <translation>将丢失 %1，共 %2。源文件保留。</translation>
    </message>
    <message>
        <source>Delete the knowledge base “%1”?</source>
        <translation>删除知识库“%1”？</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Add documents…</source>
        <translation>添加文档…</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>A folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Evaluate…</source>
        <translation>评测…</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>知识库</translation>
    </message>
    <message>
        <source>What can be done with the base</source>
        <translation>知识库操作</translation>
    </message>
    <message>
        <source>Knowledge base</source>
        <translation>知识库</translation>
    </message>
    <message>
        <source>The knowledge base in sight</source>
        <translation>当前知识库</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>Watch its files and folders</source>
        <translation>监视其文件和文件夹</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>评测</translation>
    </message>
    <message>
        <source>Snapshots</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>Added files and folders</source>
        <translation>已添加的文件和文件夹</translation>
    </message>
    <message>
        <source>Re-embed with…</source>
        <translation>更换向量模型…</translation>
    </message>
    <message>
        <source>New base…</source>
        <translation>新建知识库…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
</context>
<context>
    <name>triptych::ui::LabelsEditor</name>
    <message>
        <source>Describe “%1”</source>
        <translation>描述“%1”</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>What it means (zero-shot compares texts with this)</source>
        <translation>含义（零样本将文本与此比较）</translation>
    </message>
    <message>
        <source>Labels and what they mean</source>
        <translation>标签及其含义</translation>
    </message>
</context>
<context>
    <name>triptych::ui::LeafBox</name>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
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
    <message>
        <source>The engine process does not start.</source>
        <translation>引擎进程无法启动。</translation>
    </message>
    <message>
        <source>It is tried again at the next question. Set TRIPTYCH_ENGINE to the path of triptych-engine if it lies elsewhere; the log has the details.</source>
        <translation>下次提问时会再试一次。若 triptych-engine 在别处，请将 TRIPTYCH_ENGINE 设为它的路径；详情见日志。</translation>
    </message>
    <message>
        <source>Knowledge base</source>
        <translation>知识库</translation>
    </message>
</context>
<context>
    <name>triptych::ui::MapCard</name>
    <message>
        <source>query</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>PC 1 (%1 of the variance)</source>
        <translation>主成分 1（占方差 %1）</translation>
    </message>
    <message>
        <source>PC 2 (%1 of the variance)</source>
        <translation>主成分 2（占方差 %1）</translation>
    </message>
    <message>
        <source>%1 of %2 chunks. Points that lie near each other are alike as far as a plane can show it; ringed ones are hits.</source>
        <translation>%1 / %2 个文本块。相近的点在平面所能表示的范围内相似；带圈的点是检索结果。</translation>
    </message>
    <message>
        <source>Drawing…</source>
        <translation>正在绘制…</translation>
    </message>
    <message>
        <source>Press Draw to see the chunks as points, near each other where they are alike.</source>
        <translation>点击“绘制”，以点显示文本块，相似者相近。</translation>
    </message>
    <message>
        <source>Map of the chunks</source>
        <translation>文本块分布图</translation>
    </message>
    <message>
        <source>A query to draw in</source>
        <translation>要画入的查询</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>绘制</translation>
    </message>
</context>
<context>
    <name>triptych::ui::MapChart</name>
    <message numerus="yes">
        <source>%n other(s)</source>
        <translation>
            <numerusform>其他 %n 个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>triptych::ui::ModelsPage</name>
    <message>
        <source>encoder</source>
        <translation>编码器</translation>
    </message>
    <message>
        <source>classifier</source>
        <translation>分类器</translation>
    </message>
    <message>
        <source>encoder and decoder</source>
        <translation>编码器加解码器</translation>
    </message>
    <message>
        <source>folder missing</source>
        <translation>文件夹缺失</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>of this user</source>
        <translation>属于本用户</translation>
    </message>
    <message>
        <source>of this workspace</source>
        <translation>属于本工作区</translation>
    </message>
    <message>
        <source>made by a run</source>
        <translation>由运行产生</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>还没有模型</translation>
    </message>
    <message numerus="yes">
        <source>%n models</source>
        <translation>
            <numerusform>%n 个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>%1 layers of %2, %3 heads</source>
        <translation>%1 层，宽 %2，%3 头</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>Longest text</source>
        <translation>最长文本</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>有</translation>
    </message>
    <message>
        <source>none: only token ids can be given</source>
        <translation>无：只能输入词元编号</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>about %1 in float32</source>
        <translation>float32 约 %1</translation>
    </message>
    <message>
        <source>The weights alone. A batch of texts adds to it, training three times as much again.</source>
        <translation>仅权重。每批文本另占内存，训练还要再加三倍。</translation>
    </message>
    <message>
        <source>Sentence vector</source>
        <translation>句向量</translation>
    </message>
    <message>
        <source>%1, length 1</source>
        <translation>%1，长度为 1</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>not stated in its folder</source>
        <translation>文件夹中未说明</translation>
    </message>
    <message>
        <source>Size on disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>Reading the weights&apos; header…</source>
        <translation>正在读取权重头部…</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n 个张量</numerusform>
        </translation>
    </message>
    <message>
        <source>There is a model of this name. Choose another, or remove that one first.</source>
        <translation>已有同名模型。请换一个名称，或先移除它。</translation>
    </message>
    <message>
        <source>Remove “%1”?</source>
        <translation>移除“%1”？</translation>
    </message>
    <message>
        <source>Remove the model “%1”?</source>
        <translation>移除模型“%1”？</translation>
    </message>
    <message>
        <source>Its folder is deleted: %1. Runs that rest on it cannot be opened any more.</source>
        <translation>将删除其文件夹：%1。依赖它的运行将无法再打开。</translation>
    </message>
    <message>
        <source>Its name is taken out of the workspace; the run that made it keeps its folder.</source>
        <translation>从工作区移除其名称；产生它的运行保留文件夹。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>导入文件夹…</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1: %2 (%3, %4)</source>
        <translation>%1：%2（%3，%4）</translation>
    </message>
    <message>
        <source>Get…</source>
        <translation>获取…</translation>
    </message>
    <message>
        <source>Fetch one of the small models that are known</source>
        <translation>获取一个已知的小模型</translation>
    </message>
    <message>
        <source>decoder</source>
        <translation>解码器</translation>
    </message>
    <message>
        <source>mean of all tokens</source>
        <translation>所有词元的平均</translation>
    </message>
    <message>
        <source>first token</source>
        <translation>首个词元</translation>
    </message>
    <message>
        <source>largest of all tokens</source>
        <translation>所有词元的最大值</translation>
    </message>
    <message>
        <source>Drop a model folder here (config.json, safetensors weights, tokenizer) or a GGUF file</source>
        <translation>将模型文件夹（config.json、safetensors 权重、分词器）或 GGUF 文件拖到这里</translation>
    </message>
    <message>
        <source>Import a Hugging Face or PEFT folder with safetensors weights, or a GGUF file. What it is made of will be seen here, and it can be tried.</source>
        <translation>导入带 safetensors 权重的 Hugging Face 或 PEFT 文件夹，或一个 GGUF 文件。这里将显示它的构成，并可试用。</translation>
    </message>
    <message>
        <source>There is an endpoint of this name. Choose another.</source>
        <translation>已有同名端点，请换一个名称。</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write the model for other programs: a Hugging Face folder or a GGUF file</source>
        <translation>为其他程序写出模型：Hugging Face 文件夹或 GGUF 文件</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>%1, rank %2, alpha %3, %4 parameters</source>
        <translation>%1，秩 %2，alpha %3，%4 个参数</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基座模型</translation>
    </message>
    <message>
        <source>An export runs. The next one can begin when it is done or cancelled.</source>
        <translation>正在导出。完成或取消后才能开始下一个。</translation>
    </message>
    <message>
        <source>endpoint: gives vectors</source>
        <translation>端点：给出向量</translation>
    </message>
    <message>
        <source>endpoint: writes texts</source>
        <translation>端点：生成文本</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>from the keychain, if it has one</source>
        <translation>取自密钥环（如有）</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>取自 %1</translation>
    </message>
    <message>
        <source>%1 in the environment goes before the keychain.</source>
        <translation>环境变量 %1 优先于密钥环。</translation>
    </message>
    <message>
        <source>%1 numbers</source>
        <translation>%1 维</translation>
    </message>
</context>
<context>
    <name>triptych::ui::NodeBox</name>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measure: %1</source>
        <translation>测量：%1</translation>
    </message>
</context>
<context>
    <name>triptych::ui::OverviewPage</name>
    <message>
        <source>Overview</source>
        <translation>总览</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>Reading the workspace…</source>
        <translation>正在读取工作区…</translation>
    </message>
    <message>
        <source>%1 · %2 classes · %3 training rows · %4 test rows, the same for all</source>
        <translation>%1 · %2 类 · 训练数据 %3 条 · 测试数据 %4 条，所有技术用同一批</translation>
    </message>
    <message>
        <source>%1 of the rows are Chinese, and %2 was trained on English.</source>
        <translation>%1 的数据是中文，而 %2 是用英文训练的。</translation>
    </message>
    <message>
        <source>Why %1</source>
        <translation>为什么选%1</translation>
    </message>
    <message>
        <source>Nothing is measured yet</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>confidence %1</source>
        <translation>置信度：%1</translation>
    </message>
    <message>
        <source>Measure the techniques on the same test rows; the recommendation and its reasons appear here.</source>
        <translation>在相同的测试数据上测量各种技术；推荐及理由将显示在这里。</translation>
    </message>
    <message>
        <source>What would flip it: %1</source>
        <translation>何时会改变：%1</translation>
    </message>
    <message>
        <source>Measure all</source>
        <translation>测量全部</translation>
    </message>
    <message numerus="yes">
        <source>Cancel (%n left)</source>
        <translation>
            <numerusform>取消（剩余 %n）</numerusform>
        </translation>
    </message>
    <message>
        <source>Zero-shot, retrieve, fine-tune head, fine-tune all weights and distil, one after the other</source>
        <translation>依次进行零样本、检索、微调分类头、微调全部参数和蒸馏</translation>
    </message>
    <message>
        <source>Cancels what runs and what waits on this data set</source>
        <translation>取消此数据集上正在运行和等待的任务</translation>
    </message>
    <message>
        <source>%1 · measuring %2 · %3</source>
        <translation>%1 · 正在测量%2 · %3</translation>
    </message>
    <message>
        <source>The label of the nearest labelled rows, with those rows as the reason. Nothing is trained.</source>
        <translation>取最相近的标注数据的标签，并以这些数据为依据。无需训练。</translation>
    </message>
    <message>
        <source>Measure retrieval</source>
        <translation>测量检索</translation>
    </message>
    <message>
        <source>The encoder learns your labels. Accuracy, latency and size will stand here.</source>
        <translation>编码器学习您的标签。准确率、延迟和体积将显示在这里。</translation>
    </message>
    <message>
        <source>Measure fine-tuning</source>
        <translation>测量微调</translation>
    </message>
    <message>
        <source>A small student learns from the fine-tuned model, and is measured against one without a teacher.</source>
        <translation>小的学生模型向微调后的模型学习，并与无教师的学生对比测量。</translation>
    </message>
    <message>
        <source>Measure distillation</source>
        <translation>测量蒸馏</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measure zero-shot</source>
        <translation>测量零样本</translation>
    </message>
    <message>
        <source>Open run ›</source>
        <translation>打开运行 ›</translation>
    </message>
    <message>
        <source>Open the run of %1</source>
        <translation>打开%1的运行</translation>
    </message>
    <message>
        <source>See the decision path</source>
        <translation>查看决策路径</translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation>导出报告…</translation>
    </message>
    <message>
        <source>Quality against latency</source>
        <translation>质量与延迟</translation>
    </message>
    <message>
        <source>p50 latency</source>
        <translation>p50 延迟</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>Each measured technique becomes a point: accuracy upwards, the time of one answer to the right.</source>
        <translation>每种实测的技术成为一个点：向上是准确率，向右是单次回答的时间。</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>还没有数据</translation>
    </message>
    <message>
        <source>Drop a labelled file on the Data page; the three techniques are then measured side by side here.</source>
        <translation>在数据页放入一个标注文件；三种技术随后在这里并列测量。</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
    <message>
        <source>%1 was trained on both. As the base it makes what is measured from now on slower and much better on Chinese rows.</source>
        <translation>%1 用两种语言训练过。以它为基座，今后的测量会慢一些，但中文数据的结果会好得多。</translation>
    </message>
    <message>
        <source>%1 was trained on both, and the Models page fetches it.</source>
        <translation>%1 用两种语言训练过，可在“模型”页获取。</translation>
    </message>
    <message>
        <source>Use it as the base</source>
        <translation>用作基座</translation>
    </message>
</context>
<context>
    <name>triptych::ui::ProblemsModel</name>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>triptych::ui::QualityCard</name>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>文本块</translation>
    </message>
    <message>
        <source>Characters</source>
        <translation>字符</translation>
    </message>
    <message>
        <source>Types</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Shortest chunk</source>
        <translation>最短文本块</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n 词元</numerusform>
        </translation>
    </message>
    <message>
        <source>Longest chunk</source>
        <translation>最长文本块</translation>
    </message>
    <message>
        <source>Without text</source>
        <translation>没有文字</translation>
    </message>
    <message>
        <source>No chunks say the same.</source>
        <translation>没有内容相同的文本块。</translation>
    </message>
    <message numerus="yes">
        <source>%n group(s) of chunks that say the same or nearly so:</source>
        <translation>
            <numerusform>%n 组内容相同或几乎相同的文本块：</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 × %2 · %3: %4</source>
        <translation>%1 × %2 · %3：%4</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>Every vector is compared (%1 a query), so the index loses nothing.</source>
        <translation>逐一比较所有向量（每次查询 %1），索引没有损失。</translation>
    </message>
    <message>
        <source>The index finds %1 of what comparing every vector finds (%2 questions), in %3 instead of %4 a query.</source>
        <translation>索引找到了逐一比较所得结果的 %1（%2 个问题），每次查询 %3，而非 %4。</translation>
    </message>
    <message>
        <source>What it is made of</source>
        <translation>内容构成</translation>
    </message>
    <message>
        <source>Length of the chunks</source>
        <translation>文本块长度</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>chunks</source>
        <translation>文本块</translation>
    </message>
    <message>
        <source>No chunks yet</source>
        <translation>还没有文本块</translation>
    </message>
    <message>
        <source>Find duplicates</source>
        <translation>查找重复</translation>
    </message>
    <message>
        <source>Measure the index</source>
        <translation>测量索引</translation>
    </message>
    <message>
        <source>How much of what comparing every vector finds the vector index finds too</source>
        <translation>向量索引能找到多少逐一比较所得的结果</translation>
    </message>
    <message>
        <source>Groups of duplicates</source>
        <translation>重复组</translation>
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
    <name>triptych::ui::RunMonitor</name>
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
</context>
<context>
    <name>triptych::ui::RunPage</name>
    <message>
        <source>%1 · accuracy %2 on the test rows</source>
        <translation>%1 · 测试数据上的准确率 %2</translation>
    </message>
    <message>
        <source>No run yet</source>
        <translation>还没有运行</translation>
    </message>
    <message>
        <source>No workspace is open.</source>
        <translation>没有打开的工作区。</translation>
    </message>
    <message>
        <source>There is no data set yet. Import one on the Data page.</source>
        <translation>还没有数据集。请在数据页导入。</translation>
    </message>
    <message>
        <source>“%1” has no training rows.</source>
        <translation>“%1”没有训练数据。</translation>
    </message>
    <message>
        <source>A setting is out of range.</source>
        <translation>有设置超出范围。</translation>
    </message>
    <message>
        <source>Save the settings</source>
        <translation>保存设置</translation>
    </message>
    <message>
        <source>Open settings</source>
        <translation>打开设置</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation>设置文件</translation>
    </message>
    <message>
        <source>Open settings…</source>
        <translation>打开设置…</translation>
    </message>
    <message>
        <source>Save settings…</source>
        <translation>保存设置…</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>细致</translation>
    </message>
    <message>
        <source>Own</source>
        <extracomment>Settings that match no preset</extracomment>
        <translation>自定义</translation>
    </message>
    <message>
        <source>Name of the result</source>
        <translation>结果名称</translation>
    </message>
    <message>
        <source>by itself</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Estimate before the start</source>
        <translation>开始前的估计</translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>先前的运行</translation>
    </message>
    <message>
        <source>Runs of this page are listed here with what they reached.</source>
        <translation>此页的运行及其结果列在这里。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::RunsModel</name>
    <message>
        <source>Accuracy minus the accuracy of the selected run, or of the best one, in points</source>
        <translation>准确率减去所选运行（或最佳运行）的准确率，单位为百分点</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Δ points</source>
        <translation>Δ 百分点</translation>
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
        <source>p50</source>
        <translation>p50</translation>
    </message>
    <message>
        <source>p95</source>
        <translation>p95</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>体积</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Trainable</source>
        <translation>可训练参数</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>生成时间</translation>
    </message>
</context>
<context>
    <name>triptych::ui::SearchCard</name>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n 个文本块</numerusform>
        </translation>
    </message>
    <message>
        <source>every vector compared (below %1 chunks)</source>
        <translation>逐一比较所有向量（少于 %1 个文本块）</translation>
    </message>
    <message>
        <source>by the vector index (from %1 chunks on)</source>
        <translation>使用向量索引（%1 个文本块起）</translation>
    </message>
    <message>
        <source>Type a question or a few words. Each hit shows where it stands, which words match, and its rank by meaning and by words.</source>
        <translation>输入一个问题或几个词。每条结果显示所在位置、匹配的词，以及按语义和按词的名次。</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在检索…</translation>
    </message>
    <message>
        <source>Nothing was found. Ask why below, or take a filter away.</source>
        <translation>没有找到。可在下方查明原因，或去掉一个筛选条件。</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>检索</translation>
    </message>
    <message>
        <source>Search in the documents</source>
        <translation>在文档中检索</translation>
    </message>
    <message>
        <source>Hybrid</source>
        <translation>混合</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>稠密</translation>
    </message>
    <message>
        <source>Lexical</source>
        <translation>词法</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Way to search</source>
        <translation>检索方式</translation>
    </message>
    <message>
        <source>Only documents that begin with…</source>
        <translation>只限名称以此开头的文档…</translation>
    </message>
    <message>
        <source>Only with the tag…</source>
        <translation>只限带此标签…</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>结果数</translation>
    </message>
    <message>
        <source>Hits at most</source>
        <translation>最多结果数</translation>
    </message>
    <message>
        <source>Why was it not found?</source>
        <translation>为什么没有找到？</translation>
    </message>
    <message>
        <source>Hits: %1</source>
        <translation>结果：%1</translation>
    </message>
</context>
<context>
    <name>triptych::ui::SelectionPage</name>
    <message>
        <source>Change an answer</source>
        <translation>更改回答</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>决策</translation>
    </message>
    <message>
        <source>%1 · recommended: %2 · confidence %3 (%4 measured, %5 entered)</source>
        <translation>%1 · 推荐：%2 · 置信度 %3（%4 项实测，%5 项填写）</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Enter how often it changes…</source>
        <translation>填写更新频率…</translation>
    </message>
    <message>
        <source>Enter a limit…</source>
        <translation>填写限制…</translation>
    </message>
    <message>
        <source>Clear my answer</source>
        <translation>清除我的回答</translation>
    </message>
    <message>
        <source>Export report…</source>
        <translation>导出报告…</translation>
    </message>
    <message>
        <source>Measure missing</source>
        <translation>测量缺少的</translation>
    </message>
    <message>
        <source>Runs the techniques that this data set has no measurement of</source>
        <translation>运行此数据集尚未测量的技术</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Your answers</source>
        <translation>您的回答</translation>
    </message>
    <message>
        <source>Trade-offs</source>
        <translation>特性权衡</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>What would flip it</source>
        <translation>何时会改变</translation>
    </message>
    <message>
        <source>Nothing to decide yet</source>
        <translation>还没有可决策的内容</translation>
    </message>
    <message>
        <source>With a data set, the tree shows which technique fits and what each answer rests on.</source>
        <translation>有了数据集，决策树会显示哪种技术合适，以及每个回答的依据。</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
</context>
<context>
    <name>triptych::ui::SettingsForm</name>
    <message>
        <source>A whole number from %1 to %2.</source>
        <translation>%1 至 %2 之间的整数。</translation>
    </message>
    <message>
        <source>A number from %1 to %2.</source>
        <translation>%1 至 %2 之间的数。</translation>
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
    <name>triptych::ui::TechniqueCard</name>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Open run ›</source>
        <translation>打开运行 ›</translation>
    </message>
    <message>
        <source>Open the run of %1</source>
        <translation>打开%1的运行</translation>
    </message>
    <message>
        <source>Accuracy on the test rows: %1</source>
        <translation>测试数据上的准确率：%1</translation>
    </message>
    <message>
        <source>p50 / p95</source>
        <translation>p50 / p95</translation>
    </message>
    <message>
        <source>Time of one answer: median and 95th percentile</source>
        <translation>单次回答的时间：中位数和第 95 百分位</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>体积</translation>
    </message>
    <message>
        <source>Bytes of everything needed to serve it</source>
        <translation>部署所需的全部字节数</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Training and indexing, without the measurement</source>
        <translation>训练和建索引，不含测量</translation>
    </message>
    <message>
        <source>Of its teacher</source>
        <translation>相对教师</translation>
    </message>
    <message>
        <source>keeps %1, %2 faster</source>
        <translation>保持 %1，快 %2</translation>
    </message>
    <message>
        <source>Accuracy against the teacher&apos;s on the same rows, and the ratio of their median times</source>
        <translation>相同数据上与教师准确率之比，以及中位时间之比</translation>
    </message>
</context>
<context>
    <name>triptych::ui::TensorsModel</name>
    <message>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>体积</translation>
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
<context>
    <name>triptych::ui::TrainingPage</name>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>There is no base model in the workspace or in the data folder.</source>
        <translation>工作区和数据文件夹中都没有基座模型。</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>迭代</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>What learns</source>
        <translation>学习部分</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>分类头</translation>
    </message>
    <message>
        <source>All weights</source>
        <translation>全部参数</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基座模型</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批大小</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Longest text, tokens</source>
        <translation>最长文本（词元）</translation>
    </message>
    <message>
        <source>Warm-up, share of steps</source>
        <translation>预热步数比例</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Clip gradients at norm</source>
        <translation>梯度裁剪范数</translation>
    </message>
    <message>
        <source>Steps between dev looks (0: an epoch)</source>
        <translation>验证间隔步数（0：每轮）</translation>
    </message>
    <message>
        <source>Stop after dev looks without gain (0: never)</source>
        <translation>连续多少次验证无提升即停止（0：从不）</translation>
    </message>
    <message>
        <source>Inverse regularisation C</source>
        <translation>正则化倒数 C</translation>
    </message>
    <message>
        <source>by dev rows</source>
        <translation>按验证数据</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>奈特</translation>
    </message>
    <message>
        <source>train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>dev</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>train smoothed, raw beneath</source>
        <translation>训练曲线已平滑，下方为原始值</translation>
    </message>
    <message>
        <source>The loss on training and dev rows is drawn here while a run learns.</source>
        <translation>运行学习时，这里绘制训练和验证数据上的损失。</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>fraction</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Accuracy on the dev rows is drawn here after each look.</source>
        <translation>每次验证后，这里绘制验证数据上的准确率。</translation>
    </message>
    <message>
        <source>rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>How the learning rate rises and falls.</source>
        <translation>学习率如何上升和下降。</translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation>梯度范数</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>范数</translation>
    </message>
    <message>
        <source>A norm that jumps asks for a lower learning rate.</source>
        <translation>范数跳动说明应降低学习率。</translation>
    </message>
    <message>
        <source>by the method</source>
        <translation>由方法决定</translation>
    </message>
</context>
<context>
    <name>triptych::ui::TreeView</name>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>Decision tree, recommended: %1</source>
        <translation>决策树，推荐：%1</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>then</source>
        <translation>然后</translation>
    </message>
    <message>
        <source>Recommended: %1</source>
        <translation>推荐：%1</translation>
    </message>
</context>
<context>
    <name>triptych::ui::TryModelCard</name>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>%1 written, %2</source>
        <translation>写出 %1 个，%2</translation>
    </message>
    <message>
        <source>first after %1</source>
        <translation>首个词元 %1 后</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Cosine %1</source>
        <translation>余弦 %1</translation>
    </message>
    <message>
        <source>How near the two are in meaning: 1 is the same, 0 has nothing in common.</source>
        <translation>两段文本的意思有多近：1 为相同，0 为毫无共同之处。</translation>
    </message>
    <message>
        <source>What the model writes, the likeliest word each time.</source>
        <translation>模型写出的内容，每次取最可能的词。</translation>
    </message>
    <message>
        <source>The labels with their scores, best first.</source>
        <translation>各标签及其得分，从高到低。</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>试一试</translation>
    </message>
    <message>
        <source>First text</source>
        <translation>第一段文本</translation>
    </message>
    <message>
        <source>Second text</source>
        <translation>第二段文本</translation>
    </message>
    <message>
        <source>Another text</source>
        <translation>另一段文本</translation>
    </message>
    <message>
        <source>One text</source>
        <translation>一段文本</translation>
    </message>
    <message>
        <source>A question, or the beginning of a text</source>
        <translation>一个问题，或一段文本的开头</translation>
    </message>
    <message>
        <source>A text to label</source>
        <translation>要分类的文本</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>书写</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>triptych::ui::TryTextCard</name>
    <message>
        <source>confidence %1 · %2</source>
        <translation>置信度 %1 · %2</translation>
    </message>
    <message>
        <source>no sources: the answer is in the weights</source>
        <translation>没有出处：答案在权重里</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>没有回答</translation>
    </message>
    <message>
        <source>Try a text</source>
        <translation>试一条文本</translation>
    </message>
    <message>
        <source>Type a message as a customer would</source>
        <translation>像客户一样输入一条消息</translation>
    </message>
    <message>
        <source>Text to try</source>
        <translation>要试的文本</translation>
    </message>
    <message>
        <source>Ask all</source>
        <translation>全部询问</translation>
    </message>
    <message>
        <source>Measured models answer here side by side, with the rows or descriptions they rest on.</source>
        <translation>已测量的模型在这里并列回答，并给出所依据的数据或说明。</translation>
    </message>
</context>
<context>
    <name>triptych::ui::WhyCard</name>
    <message>
        <source>In the base</source>
        <translation>在知识库中</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>已读取</translation>
    </message>
    <message>
        <source>Within one chunk</source>
        <translation>在同一文本块内</translation>
    </message>
    <message>
        <source>Switched on</source>
        <translation>已启用</translation>
    </message>
    <message>
        <source>Embedded</source>
        <translation>已向量化</translation>
    </message>
    <message>
        <source>Shares words</source>
        <translation>有共同的词</translation>
    </message>
    <message>
        <source>Near in meaning</source>
        <translation>语义相近</translation>
    </message>
    <message>
        <source>Found by the index</source>
        <translation>被索引找到</translation>
    </message>
    <message>
        <source>Among the hits</source>
        <translation>在结果之中</translation>
    </message>
    <message>
        <source>Let through</source>
        <translation>通过筛选</translation>
    </message>
    <message>
        <source>It is there; a newer version waits for its vectors. Sync to finish it.</source>
        <translation>已在其中；新版本还在等待向量。同步即可完成。</translation>
    </message>
    <message>
        <source>The document is there.</source>
        <translation>文档在其中。</translation>
    </message>
    <message>
        <source>There is no such document in the base. Add its file or its folder.</source>
        <translation>知识库中没有此文档。请添加其文件或文件夹。</translation>
    </message>
    <message>
        <source>There is no such document in the base. Did you mean %1? Else add its file or its folder.</source>
        <translation>知识库中没有此文档。是否指 %1？否则请添加其文件或文件夹。</translation>
    </message>
    <message>
        <source>Its text was read: %1 characters.</source>
        <translation>已读取其文字：%1 个字符。</translation>
    </message>
    <message>
        <source>It has no text. A scanned page needs its text recognised before it is added.</source>
        <translation>其中没有文字。扫描页需先识别文字再添加。</translation>
    </message>
    <message>
        <source>What was asked is cut apart by chunk edges: the best chunk holds %1 of it. Take larger chunks, or more overlap.</source>
        <translation>所问内容被文本块边界切开：最佳文本块只含其中 %1。请用更大的块或更多重叠。</translation>
    </message>
    <message>
        <source>The best chunk holds %1 of what was asked; the rest is in a neighbour.</source>
        <translation>最佳文本块含所问内容的 %1；其余在相邻文本块中。</translation>
    </message>
    <message>
        <source>It has no chunk.</source>
        <translation>它没有文本块。</translation>
    </message>
    <message>
        <source>Chunk %1 of %2 says it.</source>
        <translation>第 %1 个文本块（共 %2 个）包含它。</translation>
    </message>
    <message>
        <source>Chunk %1 is switched off. Switch it on in the chunks of the document.</source>
        <translation>文本块 %1 已停用。请在文档的文本块中启用。</translation>
    </message>
    <message>
        <source>The chunk may be found.</source>
        <translation>该文本块可以被检索到。</translation>
    </message>
    <message>
        <source>It has a vector of %1.</source>
        <translation>有 %1 计算的向量。</translation>
    </message>
    <message>
        <source>Its vector is still to be made (%1 chunks wait). Sync the base.</source>
        <translation>其向量尚未计算（%1 个文本块等待中）。请同步知识库。</translation>
    </message>
    <message>
        <source>%1 of %2 words of the query stand in it.</source>
        <translation>查询的 %2 个词中有 %1 个出现在其中。</translation>
    </message>
    <message>
        <source>The base does not know: %1.</source>
        <translation>知识库中没有：%1。</translation>
    </message>
    <message>
        <source>Search by meaning, or with words of the document.</source>
        <translation>请按语义检索，或使用文档中的词。</translation>
    </message>
    <message>
        <source>By meaning it is number %1 of %2 (cosine %3, the best %4).</source>
        <translation>按语义排在 %2 个中的第 %1（余弦 %3，最佳 %4）。</translation>
    </message>
    <message>
        <source>The embedder does not see it near: ask otherwise, or try another embedder.</source>
        <translation>向量模型认为它不相近：换种问法，或换一个向量模型。</translation>
    </message>
    <message>
        <source>Every vector is compared, so nothing gets lost here.</source>
        <translation>逐一比较所有向量，此处没有遗漏。</translation>
    </message>
    <message>
        <source>The graph misses it. A thorough index, or a higher ef, finds more.</source>
        <translation>图索引漏掉了它。更细致的索引或更大的 ef 能找到更多。</translation>
    </message>
    <message>
        <source>The graph finds it at %1.</source>
        <translation>图索引在第 %1 位找到它。</translation>
    </message>
    <message>
        <source>It is hit %1.</source>
        <translation>它是第 %1 条结果。</translation>
    </message>
    <message>
        <source>It is number %1, and only %2 hits were asked for. Ask for more hits.</source>
        <translation>它排第 %1，而只要求了 %2 条结果。请增加结果数。</translation>
    </message>
    <message>
        <source>It is not among the %1 candidates.</source>
        <translation>它不在 %1 个候选之中。</translation>
    </message>
    <message>
        <source>No filter takes it out.</source>
        <translation>没有筛选条件将它排除。</translation>
    </message>
    <message>
        <source>It is too like a better hit. Ask for less diversity.</source>
        <translation>它与更好的结果过于相似。请降低多样性。</translation>
    </message>
    <message>
        <source>The filter &quot;%1&quot; takes it out.</source>
        <translation>筛选条件“%1”将它排除。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is found: hit %2.</source>
        <translation>“%1”已找到：第 %2 条结果。</translation>
    </message>
    <message>
        <source>&quot;%1&quot;: no rung is broken.</source>
        <translation>“%1”：没有断开的环节。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is lost at: %2</source>
        <translation>“%1”在此环节丢失：%2</translation>
    </message>
    <message>
        <source>Why was it not found?</source>
        <translation>为什么没有找到？</translation>
    </message>
    <message>
        <source>Asked: %1</source>
        <translation>查询：%1</translation>
    </message>
    <message>
        <source>The document that should have been found</source>
        <translation>本应找到的文档</translation>
    </message>
    <message>
        <source>Find out</source>
        <translation>查明原因</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
</TS>
