"""The customer segments of the demo company (客户性质), with their sizes and names."""

from dataclasses import dataclass

from deploy.demo import habits
from deploy.demo.habits import Habit
from deploy.demo.names import Name


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of customers: codes for the files, number of customers, habit, parts of names.

    `trades` are the words with which the customers' names end, such as "Trading Co.".
    """

    nature: str
    count: int
    habit: Habit
    trades: tuple[Name, ...] = ()
    retail_format: str = ""
    ownerships: tuple[str, ...] = ()

    @property
    def is_person(self) -> bool:
        return self.nature in {"individual", "household"}


_WHOLESALE = (
    Name("家电批发有限公司", "Appliance Wholesale Co."),
    Name("商贸有限公司", "Trading Co."),
)
_INTEGRATION = (
    Name("智能家居工程有限公司", "Smart Home Integration Co."),
    Name("精装工程有限公司", "Fitted Homes Co."),
    Name("暖通工程有限公司", "Heating and Ventilation Co."),
)
_AGENCY = (
    Name("家电代理有限公司", "Appliance Agency Co."),
    Name("采购服务有限公司", "Purchasing Services Co."),
)
_BUREAUS = (
    Name("区政务服务中心", "District Public Service Centre"),
    Name("区机关事务管理处", "District Office of Government Affairs"),
    Name("区住房保障中心", "District Housing Support Centre"),
)
_INSTITUTIONS = (
    Name("大学后勤处", "University, Facilities Office"),
    Name("医院总务科", "Hospital, General Affairs"),
    Name("养老服务中心", "Home for the Elderly"),
)
_COMPANIES = (
    Name("酒店有限公司", "Hotel Co."),
    Name("科技有限公司", "Technology Co."),
    Name("物业服务有限公司", "Property Services Co."),
    Name("餐饮有限公司", "Catering Co."),
    Name("机械有限公司", "Machinery Co."),
)

SEGMENTS = (
    Segment("individual", 800, habits.HOUSEHOLD),
    Segment("household", 500, habits.HOUSEHOLD, (Name("一家", "and family"),)),
    Segment(
        "retailer",
        40,
        habits.DEPARTMENT_STORE,
        (Name("百货", "Department Store"),),
        "department_store",
    ),
    Segment("retailer", 90, habits.SUPERMARKET, (Name("超市", "Supermarket"),), "supermarket"),
    Segment("retailer", 50, habits.HYPERMARKET, (Name("大卖场", "Hypermarket"),), "hypermarket"),
    Segment(
        "retailer",
        80,
        habits.CONVENIENCE_STORE,
        (Name("便利", "Convenience Store"),),
        "convenience_store",
    ),
    Segment(
        "retailer",
        140,
        habits.SPECIALTY_STORE,
        (Name("电器", "Appliance Store"),),
        "specialty_store",
    ),
    Segment("wholesaler", 60, habits.WHOLESALER, _WHOLESALE),
    Segment("integrator", 45, habits.INTEGRATOR, _INTEGRATION),
    Segment("intermediary", 25, habits.INTERMEDIARY, _AGENCY),
    Segment("government", 35, habits.GOVERNMENT, _BUREAUS, ownerships=("state",)),
    Segment("special", 30, habits.SPECIAL, _INSTITUTIONS, ownerships=("state", "private")),
    Segment(
        "ordinary_company",
        85,
        habits.COMPANY,
        _COMPANIES,
        ownerships=("state", "private", "private", "joint_venture", "foreign"),
    ),
)
# The departments of the company itself buy too; they are internal customers.
DEPARTMENTS = Segment("ordinary_company", 20, habits.DEPARTMENT)
DEPARTMENT_NAMES = tuple(
    Name(zh, en)
    for zh, en in (
        ("样机实验室", "Prototype Laboratory"),
        ("展厅管理部", "Showroom Management"),
        ("员工福利办公室", "Employee Benefits Office"),
        ("客户服务中心", "Customer Service Centre"),
        ("培训学院", "Training Academy"),
        ("电商直播间", "Livestream Studio"),
        ("华东销售部", "Sales East"),
        ("华北销售部", "Sales North"),
        ("华南销售部", "Sales South"),
        ("西部销售部", "Sales West"),
        ("质量部", "Quality Department"),
        ("行政部", "Administration"),
        ("一号工厂食堂", "Canteen of Plant One"),
        ("二号工厂宿舍", "Dormitory of Plant Two"),
        ("物流部", "Logistics Department"),
        ("市场部", "Marketing Department"),
        ("研发中心", "Research Centre"),
        ("海外事业部", "Overseas Division"),
        ("售后备机库", "Spare Units Store"),
        ("工会", "Staff Union"),
    )
)
