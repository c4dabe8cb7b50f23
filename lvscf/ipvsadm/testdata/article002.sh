# lb01手动添加vip  后面是由keepalived生产
ip addr add 10.0.0.3/24 dev eth0 label eth0:0

ipvsadm -C  # clear清除  # iptables -F flush

ipvsadm --set 30 5 60  # 设置tcp超时时间

# 添加命令
ipvsadm -A -t 10.0.0.3:80 -s wrr -p 20  # -A相当于nginx中的upsteam创建连接池 -t表示规则vip:端口 -s轮询算法 wrr加权轮询 -p会话保持时间默认300秒
ipvsadm -a -t 10.0.0.3:80 -r 10.0.0.7:80 -h -w 1  # -a添加rsa服务器 -r 指定rs服务器的ip和端口 相当于nginx的upsream中的server
ipvsadm -a -t 10.0.0.3:80 -r 10.0.0.8:80 -g -w 1  # -g --gatewaying  -t tcp -w 权重

# 查看
ipvsadm -ln
ipvsadm -ln --stats  # 具体流量信息
